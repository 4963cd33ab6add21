def weighted_mean(self):
    if not self.marks:
        return 0.0
    total = sum(m * w for m, w in zip(self.marks, self.weights))
    return total / sum(self.weights)
