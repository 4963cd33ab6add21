def is_anagram_of(self, text):
    a = self.lower()
    b = text.lower()
    return a != b and sorted(a) == sorted(b)
