def flattened(self):
    result = []
    for item in self:
        if isinstance(item, list):
            result.extend(item.flattened())
        else:
            result.append(item)
    return result
