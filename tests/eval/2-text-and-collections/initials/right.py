def initials(self):
    return ''.join(word[0].upper() for word in self.split())
