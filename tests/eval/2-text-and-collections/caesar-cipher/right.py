def moved_by(self, n):
    result = ''
    for char in self:
        if 'a' <= char <= 'z':
            result += chr((ord(char) - ord('a') + n) % 26 + ord('a'))
        else:
            result += char
    return result
