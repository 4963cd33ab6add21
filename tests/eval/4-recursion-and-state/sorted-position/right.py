def position_of(self, text):
    low = 0
    high = len(self.cards)
    while low < high:
        mid = (low + high) // 2
        if self.cards[mid] < text:
            low = mid + 1
        else:
            high = mid
    if low < len(self.cards) and self.cards[low] == text:
        return low
    return -1 - low
