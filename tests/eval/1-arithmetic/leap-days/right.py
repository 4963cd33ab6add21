def leap_year_count(self):
    count = 0
    for year in range(self.from, self.to + 1):
        if self.is_leap(year):
            count = count + 1
    return count
