def turned_round(self):
    previous = None
    current = self
    while current is not None:
        following = current.next
        current.next = previous
        previous = current
        current = following
    return previous
