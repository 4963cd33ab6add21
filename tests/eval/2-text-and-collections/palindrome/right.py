def reads_same_backwards(self):
    cleaned = [c.lower() for c in self if c.isalnum()]
    return cleaned == cleaned[::-1]
