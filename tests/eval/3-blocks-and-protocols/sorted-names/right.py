def sorted_names(self):
    ordered = sorted(self.pupils, key=lambda p: (p.last, p.first))
    return [p.first + ' ' + p.last for p in ordered]
