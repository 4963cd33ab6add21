def messages_from(self, text):
    unread = [m for m in self.messages if m.from_ == text and not m.is_read]
    read = [m for m in self.messages if m.from_ == text and m.is_read]
    return unread + read
