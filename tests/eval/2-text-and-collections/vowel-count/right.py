def vowel_count(self):
    count = 0
    for c in self.lower():
        if c in 'aeiou':
            count += 1
    return count
