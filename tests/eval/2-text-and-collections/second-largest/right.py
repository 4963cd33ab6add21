def runner_up(self):
    unique = sorted(set(self), reverse=True)
    if len(unique) < 2:
        return None
    return unique[1]
