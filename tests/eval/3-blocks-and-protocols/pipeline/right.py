def process(self, text):
    result = text
    for step in self.steps:
        result = step(result)
    return result
