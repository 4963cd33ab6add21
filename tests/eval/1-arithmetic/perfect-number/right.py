def is_perfect(self):
    if self < 2:
        return False
    total = 1
    i = 2
    while i * i <= self:
        if self % i == 0:
            total += i
            if i != self // i:
                total += self // i
        i += 1
    return total == self
