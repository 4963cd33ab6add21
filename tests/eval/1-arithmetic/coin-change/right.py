def change_for(self, n):
    result = []
    for coin in self.coins:
        while n >= coin:
            result.append(coin)
            n -= coin
    return result
