def all_subsets(self):
    result = [[]]
    for item in self:
        result += [subset + [item] for subset in result]
    return result
