def rounded_up_to_power_of_two(self):
    power = 1
    while power < self:
        power *= 2
    return power
