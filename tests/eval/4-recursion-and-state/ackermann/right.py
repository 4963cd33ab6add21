def ackermann_and(self, n, and_n):
    if n == 0:
        return and_n + 1
    elif and_n == 0:
        return self.ackermann_and(n - 1, 1)
    else:
        return self.ackermann_and(n - 1, self.ackermann_and(n, and_n - 1))
