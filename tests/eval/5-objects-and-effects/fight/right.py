def hit(self, monster):
    monster.life = max(0, monster.life - self.strength)
    if monster.life == 0 and monster.gold > 0:
        self.gold += monster.gold
        monster.gold = 0
