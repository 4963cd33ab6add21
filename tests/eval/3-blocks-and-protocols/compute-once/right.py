def get_or_compute(self, text, or_compute_f):
    if text not in self.known:
        self.known[text] = or_compute_f()
    return self.known[text]
