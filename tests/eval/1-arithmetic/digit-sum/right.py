def digit_sum(self):
    return sum(int(d) for d in str(abs(self)))
