def call_at(self, stop):
    self.aboard = [p for p in self.aboard if p.goal != stop.name]
    while stop.waiting and len(self.aboard) < self.seats:
        self.aboard.append(stop.waiting.pop(0))
