def who_has(self, text):
    for name, number in self.numbers.items():
        if number == text:
            return name
    return None
