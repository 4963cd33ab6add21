def most_common(self):
    counts = {}
    for vote in self:
        counts[vote] = counts.get(vote, 0) + 1
    best = None
    for vote in self:
        if best is None or counts[vote] > counts[best]:
            best = vote
    return best
