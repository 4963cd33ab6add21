def fill_from(self, stock):
    if self.is_sent:
        return False
    for line in self.lines:
        if stock.amount_of(line.key) < line.value:
            return False
    for line in self.lines:
        stock.amounts[line.key] -= line.value
    self.is_sent = True
    return True
