def take_if_short(self, n, if_short_f):
    if n > self.cents:
        return if_short_f()
    self.cents -= n
    return self.cents
