def in_month(self, n):
    if n in self.known:
        return self.known[n]
    if n <= 1:
        result = n
    else:
        result = self.in_month(n - 1) + self.in_month(n - 2)
    self.known[n] = result
    return result
