def lend_to(self, book, to_reader):
    if not self.is_in(book):
        return False
    if len(to_reader.books) >= 2:
        return False
    book.reader = to_reader
    to_reader.books.append(book)
    self.lent += 1
    return True
