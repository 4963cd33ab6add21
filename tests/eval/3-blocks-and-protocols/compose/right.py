def followed_by(self, f):
    return lambda x: f(self(x))
