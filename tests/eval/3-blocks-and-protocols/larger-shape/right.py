def is_larger_than(self, field):
    return self.area() > field.area()
