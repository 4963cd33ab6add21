def permutations(self):
    if len(self) <= 1:
        return [self[:]]
    result = []
    for i in range(len(self)):
        rest = self[:i] + self[i + 1:]
        for p in rest.permutations():
            result.append([self[i]] + p)
    return result
