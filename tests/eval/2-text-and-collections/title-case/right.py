def title_cased(self):
    return ' '.join(word.capitalize() for word in self.split())
