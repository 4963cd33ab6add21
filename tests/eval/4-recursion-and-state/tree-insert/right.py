def insert(self, n):
    if n < self.value:
        if self.left is None:
            self.left = Node(n)
        else:
            self.left.insert(n)
    elif n > self.value:
        if self.right is None:
            self.right = Node(n)
        else:
            self.right.insert(n)
