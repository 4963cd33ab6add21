def pay_from(self, wallet):
    total = sum(item.price for item in self.items)
    if wallet.cents < total:
        return None
    wallet.cents -= total
    self.items = []
    return total
