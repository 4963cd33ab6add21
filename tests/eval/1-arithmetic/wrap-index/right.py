def wrapped_into(self, n):
    return self % n
