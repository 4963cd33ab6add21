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

/// Where the lines of a text begin, and where its characters are wider than a byte: so that a place costs the same in a line of any length.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    starts: Vec<u32>,
    wide: Vec<Wide>,
}

/// A character of several bytes, with what was saved up to its end by counting otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wide {
    /// The byte behind it.
    end: u32,
    /// Bytes less units of UTF-16, in all so far.
    utf16: u32,
    /// Bytes less characters, in all so far.
    utf32: u32,
}

impl Wide {
    fn saved(&self, encoding: Encoding) -> u32 {
        match encoding {
            Encoding::Utf8 => 0,
            Encoding::Utf16 => self.utf16,
            Encoding::Utf32 => self.utf32,
        }
    }
}

impl Lines {
    /// The lines of a text.
    pub fn of(text: &str) -> Self {
        let starts = (0..=text.len()).filter(|at| begins_line(text.as_bytes(), *at)).map(|at| at as u32).collect();
        Self { starts, wide: wide(text, 0, (0, 0)) }
    }

    /// The lines of the text that this one has become, in which bytes from `start` to `end` have come for `old` others.
    ///
    /// Whether a line begins at a byte is a matter of that byte and the one before it, so only around what has come is looked again; what is
    /// behind it has moved.
    pub(crate) fn replace(&mut self, text: &str, start: u32, end: u32, old: u32) {
        let moved = |at: u32| at - old + end;
        let kept = self.starts.partition_point(|at| *at < start);
        let behind = self.starts.partition_point(|at| *at <= old);
        self.starts[behind..].iter_mut().for_each(|at| *at = moved(*at));
        self.starts.splice(kept..behind, (start..=end).filter(|at| begins_line(text.as_bytes(), *at as usize)));

        let kept = self.wide.partition_point(|w| w.end <= start);
        let behind = self.wide.partition_point(|w| w.end <= old);
        let saved = |wide: &[Wide]| wide.last().map_or((0, 0), |w| (w.utf16, w.utf32));
        let (before, until) = (saved(&self.wide[..kept]), saved(&self.wide[..behind]));
        let new = wide(&text[start as usize..end as usize], start, before);
        let until_now = if new.is_empty() { before } else { saved(&new) };
        for w in &mut self.wide[behind..] {
            w.end = moved(w.end);
            (w.utf16, w.utf32) = (w.utf16 - until.0 + until_now.0, w.utf32 - until.1 + until_now.1);
        }
        self.wide.splice(kept..behind, new);
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line (from zero) that a byte is in.
    pub fn line_of(&self, byte: u32) -> u32 {
        self.starts.partition_point(|start| *start <= byte) as u32 - 1
    }

    /// The first byte of a line, or the text's end.
    pub fn start(&self, text: &str, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(text.len() as u32)
    }

    /// The end of a line, before the characters that end it.
    pub fn end(&self, text: &str, line: u32) -> u32 {
        let (start, next) = (self.start(text, line) as usize, self.start(text, line.saturating_add(1)) as usize);
        let line = &text[start..next];
        let ended = line.strip_suffix('\n').unwrap_or(line);
        (start + ended.strip_suffix('\r').unwrap_or(ended).len()) as u32
    }

    /// The position of a byte.
    pub fn position(&self, text: &str, byte: u32, encoding: Encoding) -> Position {
        let byte = begin(text, byte as usize) as u32;
        let line = self.line_of(byte);
        let start = self.starts[line as usize];
        Position { line, column: byte - start - (self.saved(byte, encoding) - self.saved(start, encoding)) }
    }

    /// The byte of a position.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let (start, end) = (self.start(text, position.line), self.end(text, position.line));
        let before = self.saved(start, encoding);
        // What is counted up to the end of a wide character; that and the bytes behind it make the column.
        let counted = |w: &Wide| w.end - start - (w.saved(encoding) - before);
        let first = self.wide.partition_point(|w| w.end <= start);
        let behind = first + self.wide[first..].partition_point(|w| counted(w) <= position.column);
        let saved = behind.checked_sub(1).map_or(0, |i| self.wide[i].saved(encoding)).max(before) - before;
        let byte = start.saturating_add(position.column).saturating_add(saved).min(end);
        begin(text, byte as usize) as u32
    }

    /// What counting in an encoding saves before a byte.
    fn saved(&self, byte: u32, encoding: Encoding) -> u32 {
        let behind = self.wide.partition_point(|w| w.end <= byte);
        behind.checked_sub(1).map_or(0, |i| self.wide[i].saved(encoding))
    }
}

/// Whether a line begins at a byte, which may be the text's end.
fn begins_line(text: &[u8], at: usize) -> bool {
    match at.checked_sub(1).map(|before| text[before]) {
        None | Some(b'\n') => true,
        Some(b'\r') => text.get(at) != Some(&b'\n'),
        Some(_) => false,
    }
}

/// The wide characters of a piece of text that begins at a byte, behind others that save so much.
fn wide(piece: &str, start: u32, (mut utf16, mut utf32): (u32, u32)) -> Vec<Wide> {
    if piece.is_ascii() {
        return Vec::new();
    }
    let wide = piece.char_indices().filter(|(_, c)| c.len_utf8() > 1);
    let all = wide.map(|(at, c)| {
        utf16 += (c.len_utf8() - c.len_utf16()) as u32;
        utf32 += c.len_utf8() as u32 - 1;
        Wide { end: start + (at + c.len_utf8()) as u32, utf16, utf32 }
    });
    all.collect()
}

/// Where the character begins that a byte is in; beyond the end, the end.
fn begin(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
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

    #[test]
    fn every_column_is_where_counting_leads() {
        let text = "é€😀x€\r\nab😀é\n\n€";
        let lines = Lines::of(text);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let width = |c: char| match encoding {
                Encoding::Utf8 => c.len_utf8(),
                Encoding::Utf16 => c.len_utf16(),
                Encoding::Utf32 => 1,
            };
            for line in 0..6 {
                let (start, end) = (lines.start(text, line), lines.end(text, line));
                for column in 0..20 {
                    let (mut counted, mut at) = (0, start);
                    for c in text[start as usize..end as usize].chars().take_while(|c| {
                        counted += width(*c);
                        counted <= column
                    }) {
                        at += c.len_utf8() as u32;
                    }
                    let position = Position { line, column: column as u32 };
                    assert_eq!(lines.offset(text, position, encoding), at, "{position:?} {encoding:?}");
                }
            }
        }
        assert_eq!(lines.offset(text, Position { line: u32::MAX, column: u32::MAX }, Encoding::Utf16), text.len() as u32);
    }

    #[test]
    fn lines_after_an_edit_are_those_of_the_text_as_it_is() {
        let (texts, pieces) =
            (["", "a\r\n\u{e9}b\rc\n\u{1f600}", "\r\r\n\n", "\u{20ac}x\u{20ac}"], ["", "\n", "\r", "z\u{e9}\r\n", "\u{1f600}y"]);
        let cuts = |text: &str| -> Vec<usize> { (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect() };
        for (text, piece) in texts.iter().flat_map(|text| pieces.map(|piece| (*text, piece))) {
            for (from, to) in cuts(text).into_iter().flat_map(|from| cuts(text).into_iter().map(move |to| (from, to))) {
                if to < from {
                    continue;
                }
                let (mut lines, mut now) = (Lines::of(text), text.to_string());
                now.replace_range(from..to, piece);
                lines.replace(&now, from as u32, (from + piece.len()) as u32, to as u32);
                assert_eq!(lines, Lines::of(&now), "{text:?} with {piece:?} for {from}..{to}");
            }
        }
    }

    #[test]
    fn a_place_in_a_long_line_costs_no_more_than_in_a_short_one() {
        let text = "é".repeat(200_000);
        let lines = Lines::of(&text);
        // By counting from the begin of the line these would be 20,000,000,000 steps.
        for column in 0..200_000 {
            let byte = lines.offset(&text, Position { line: 0, column }, Encoding::Utf16);
            assert_eq!(lines.position(&text, byte, Encoding::Utf16).column, column);
        }
    }
}
