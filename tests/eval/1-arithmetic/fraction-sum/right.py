def plus(self, fraction):
    return self.of_by(self.top * fraction.bottom + fraction.top * self.bottom, self.bottom * fraction.bottom)
