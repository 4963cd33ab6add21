def reserve_for(self, n, for_text):
    for start in range(len(self.seats) - n + 1):
        if all(seat is None for seat in self.seats[start:start + n]):
            for i in range(start, start + n):
                self.seats[i] = for_text
            return start
    return None
