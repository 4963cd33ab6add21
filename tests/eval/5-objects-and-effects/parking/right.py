def park(self, car):
    for i, place in enumerate(self.places):
        if place is None:
            self.places[i] = car
            car.place = i
            return i
    return None
