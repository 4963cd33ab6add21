def undo(self):
    if self.earlier:
        self.text = self.earlier.pop()
