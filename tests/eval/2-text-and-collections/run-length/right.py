def run_lengths(self):
    if not self:
        return ''
    result = ''
    current = self[0]
    count = 1
    for c in self[1:]:
        if c == current:
            count += 1
        else:
            result += f"{current}{count}"
            current = c
            count = 1
    result += f"{current}{count}"
    return result
