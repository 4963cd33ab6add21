def shortened_to(self, n):
    if len(self) <= n:
        return self
    return self[:n - 3] + '...'
