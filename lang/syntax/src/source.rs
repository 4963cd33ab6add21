//! A source: a name for people, a text, and where its lines begin.

/// A named text with line lookup.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// The first byte of each line.
    lines: Vec<u32>,
}

/// A place for people: both count from one, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
}

impl Source {
    /// A source with a name to show (a path, `REPL`, `learned`).
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let ends =
            text.bytes().enumerate().filter(|(i, b)| *b == b'\n' || (*b == b'\r' && text.as_bytes().get(i + 1) != Some(&b'\n')));
        let lines = std::iter::once(0).chain(ends.map(|(i, _)| i as u32 + 1)).collect();
        Self { name: name.into(), text, lines }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte. Beyond the end: the end.
    pub fn position(&self, byte: u32) -> Position {
        let mut byte = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.lines.partition_point(|start| *start as usize <= byte);
        let start = self.lines[line - 1] as usize;
        Position { line, column: self.text[start..byte].chars().count() + 1 }
    }

    /// The byte of a line and column. Beyond the end of the line: its end.
    pub fn offset(&self, position: Position) -> u32 {
        let line = self.line(position.line);
        let start = line.as_ptr() as usize - self.text.as_ptr() as usize;
        let within = line.char_indices().nth(position.column.saturating_sub(1)).map_or(line.len(), |(i, _)| i);
        (start + within) as u32
    }

    /// The text of a line (from 1), without its end. Beyond the last line: nothing.
    pub fn line(&self, number: usize) -> &str {
        let Some(start) = number.checked_sub(1).and_then(|i| self.lines.get(i)) else {
            return &self.text[self.text.len()..];
        };
        let end = self.lines.get(number).map_or(self.text.len(), |end| *end as usize);
        self.text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }

    /// How many lines there are; an empty text has one.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_offsets_are_inverse() {
        let source = Source::new("x", "ab\né€x\r\n\rlast");
        assert_eq!(source.line_count(), 4);
        assert_eq!(source.position(3), Position { line: 2, column: 1 });
        assert_eq!(source.position(8), Position { line: 2, column: 3 });
        assert_eq!(source.position(4), Position { line: 2, column: 1 });
        assert_eq!(source.line(2), "é€x");
        assert_eq!(source.line(4), "last");
        assert_eq!(source.line(99), "");
        for byte in [0, 1, 3, 5, 8, 12, 15] {
            assert_eq!(source.offset(source.position(byte)), byte);
        }
        assert_eq!(source.position(1000), source.position(16));
    }
}
