def is_triangular(self):
    if self <= 0:
        return False
    row = 1
    pins = self
    while pins > 0:
        pins -= row
        row += 1
    return pins == 0
