def attempts_otherwise(self, n, otherwise_f):
    for _ in range(n):
        try:
            return self()
        except Exception:
            pass
    return otherwise_f()
