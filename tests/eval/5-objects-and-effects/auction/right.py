def bid_by(self, n, by_bidder):
    available = by_bidder.money
    if self.winner is by_bidder:
        available += self.highest
    if n <= self.highest or available < n:
        return False
    if self.winner is not None:
        self.winner.money += self.highest
    by_bidder.money -= n
    self.winner = by_bidder
    self.highest = n
    return True
