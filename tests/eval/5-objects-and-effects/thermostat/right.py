def room_is(self, n):
    if n < self.wanted - 1 and not self.heater.is_on:
        self.heater.is_on = True
        self.heater.switched += 1
    elif n > self.wanted + 1 and self.heater.is_on:
        self.heater.is_on = False
        self.heater.switched += 1
