def measured(self, n):
    if n == self.degrees:
        return
    self.degrees = n
    for watcher in self.watchers:
        watcher.update(n)
