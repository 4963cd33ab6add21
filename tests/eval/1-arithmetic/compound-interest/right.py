def balance_after_years(self, n):
    amount = self.balance
    for _ in range(n):
        amount += amount * self.rate // 100
    return amount
