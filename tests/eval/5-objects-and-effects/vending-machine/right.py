def buy_with(self, text, with_n):
    if self.left.get(text, 0) > 0 and self.prices[text] <= with_n:
        self.left[text] -= 1
        self.till += self.prices[text]
        self.tray.cents += with_n - self.prices[text]
        return text
    self.tray.cents += with_n
    return None
