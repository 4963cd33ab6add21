def moves_from_to_over(self, text, to_text, over_text):
    def solve(n, source, target, spare):
        if n == 0:
            return []
        return solve(n - 1, source, spare, target) + [source + '-' + target] + solve(n - 1, spare, target, source)
    return solve(self.discs, text, to_text, over_text)
