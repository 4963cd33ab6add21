//! Places as lines and columns, both from zero, the columns counted as the editor counts.
//!
//! What must stay true: any position has a byte, any byte has a position; beyond the end of a line is its end, inside a character is
//! its begin. A line ends with `\n`, `\r\n` or `\r`.

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

/// A line and a column, from zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Default)]
pub struct Position {
    /// From zero.
    pub line: u32,
    /// From zero, in the units of an [`Encoding`].
    pub column: u32,
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct Lines(Vec<u32>);

impl Lines {
    /// The lines of a text.
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(i, b)| **b == b'\n' || (**b == b'\r' && bytes.get(i + 1) != Some(&b'\n')));
        Self(std::iter::once(0).chain(ends.map(|(i, _)| i as u32 + 1)).collect())
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.0.len() as u32
    }

    /// The line (from zero) that a byte is in.
    pub fn line_of(&self, byte: u32) -> u32 {
        self.0.partition_point(|start| *start <= byte) as u32 - 1
    }

    /// The first byte of a line, or the text's end.
    pub fn start(&self, text: &str, line: u32) -> u32 {
        self.0.get(line as usize).copied().unwrap_or(text.len() as u32)
    }

    /// The end of a line, before the characters that end it.
    pub fn end(&self, text: &str, line: u32) -> u32 {
        let (start, next) = (self.start(text, line) as usize, self.start(text, line.saturating_add(1)) as usize);
        (start + text[start..next].trim_end_matches(['\n', '\r']).len()) as u32
    }

    /// The position of a byte.
    pub fn position(&self, text: &str, byte: u32, encoding: Encoding) -> Position {
        let mut byte = (byte as usize).min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.line_of(byte as u32);
        let before = &text[self.0[line as usize] as usize..byte];
        let column = match encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => before.chars().count(),
        };
        Position { line, column: column as u32 }
    }

    /// The byte of a position.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let (start, end) = (self.start(text, position.line), self.end(text, position.line));
        let line = &text[start as usize..end as usize];
        let width = |c: char| match encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        };
        let mut column = 0;
        for (at, c) in line.char_indices() {
            column += width(c);
            if column > position.column as usize {
                return start + at as u32;
            }
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_found_again_in_every_encoding() {
        let text = "ab\né€😀x\r\n\rlast";
        let lines = Lines::of(text);
        assert_eq!(lines.count(), 4);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (byte, c) in text.char_indices().filter(|(_, c)| !matches!(c, '\n' | '\r')) {
                let position = lines.position(text, byte as u32, encoding);
                assert_eq!(lines.offset(text, position, encoding), byte as u32, "{c} {encoding:?}");
            }
        }
    }

    #[test]
    fn columns_count_what_the_encoding_says() {
        let text = "x\né€😀y";
        let lines = Lines::of(text);
        let at = text.find('y').expect("there") as u32;
        let column = |e| lines.position(text, at, e).column;
        assert_eq!([Encoding::Utf8, Encoding::Utf16, Encoding::Utf32].map(column), [9, 4, 3]);
    }

    #[test]
    fn what_is_beyond_or_inside_comes_to_an_end_or_a_begin() {
        let text = "a😀\r\nb";
        let lines = Lines::of(text);
        let offset = |line, column| lines.offset(text, Position { line, column }, Encoding::Utf16);
        assert_eq!([offset(0, 99), offset(0, 2), offset(9, 0), offset(1, 0)], [5, 1, 8, 7]);
        assert_eq!(lines.position(text, 3, Encoding::Utf16), Position { line: 0, column: 1 });
    }
}
