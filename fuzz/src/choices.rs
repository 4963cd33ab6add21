//! Bytes as choices: when they run out, each is the first.

/// Choices that are left.
pub(crate) struct Choices<'a>(pub(crate) &'a [u8]);

impl<'a> Choices<'a> {
    /// A number below `n`, which is not 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        // One byte is enough for most; where it is not, the next one counts too.
        let wide = if n > 256 { usize::from(*first) << 8 | self.below(256) } else { usize::from(*first) };
        wide % n
    }

    /// One of these.
    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// So many bytes, or those that are left.
    pub(crate) fn bytes(&mut self, n: usize) -> &'a [u8] {
        let (now, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        now
    }

    /// Whether none is left.
    pub(crate) fn are_over(&self) -> bool {
        self.0.is_empty()
    }
}
