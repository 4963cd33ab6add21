def interleaved_with(self, items):
    result = []
    for i in range(max(len(self), len(items))):
        if i < len(self):
            result.append(self[i])
        if i < len(items):
            result.append(items[i])
    return result
