def advance(self):
    self.phase = (self.phase + 1) % len(self.phases)
    self.changes += 1
