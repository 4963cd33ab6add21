def best_by(self, f):
    best = None
    best_value = None
    for player in self.players:
        value = f(player)
        if best is None or value > best_value:
            best = player
            best_value = value
    return best
