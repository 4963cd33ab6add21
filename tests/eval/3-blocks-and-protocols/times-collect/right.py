def times_collect(self, f):
    return [f(i) for i in range(self)]
