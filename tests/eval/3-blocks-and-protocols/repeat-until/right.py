def changed_by_until(self, f, until_f):
    value = self
    while not until_f(value):
        value = f(value)
    return value
