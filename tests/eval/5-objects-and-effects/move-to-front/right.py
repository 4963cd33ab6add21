def listen_to(self, song):
    if song in self.songs:
        self.songs.remove(song)
    self.songs.insert(0, song)
    song.plays += 1
