def generations(self):
    if not self.children:
        return 1
    return 1 + max(child.generations() for child in self.children)
