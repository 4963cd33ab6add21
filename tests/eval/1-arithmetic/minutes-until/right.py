def minutes_until(self, clock):
    start = self.hour * 60 + self.minute
    end = clock.hour * 60 + clock.minute
    if end < start:
        end += 24 * 60
    return end - start
