def accepts(self, text):
    return all(rule(text) for rule in self.rules)
