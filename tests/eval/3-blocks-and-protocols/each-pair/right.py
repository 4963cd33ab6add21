def each_pair_do(self, f):
    for i in range(1, len(self)):
        f(self[i - 1], self[i])
