def transfer_from_to(self, n, from_account, to_account):
    if n <= 0 or from_account.balance < n:
        return False
    from_account.balance -= n
    to_account.balance += n
    self.transfers += 1
    return True
