def pour_into(self, jug):
    amount = min(self.litres, jug.holds - jug.litres)
    self.litres -= amount
    jug.litres += amount
    return amount
