//! Any text is read without a panic, completely, with sound spans, and its diagnostics can be drawn.

use aura_syntax::{Mode, Source, dump, is_incomplete, parse_as, render, slips};

/// One input.
pub fn run(input: &[u8]) {
    let Ok(source) = std::str::from_utf8(input) else { return };
    for mode in [Mode::File, Mode::Code, Mode::Slots] {
        let mut parsed = parse_as(source, mode);
        let mut at = 0;
        for token in &parsed.tokens {
            assert_eq!(token.span.start, at, "tokens leave nothing out");
            at = token.span.end;
        }
        assert_eq!(at as usize, source.len());
        parsed.diagnostics.extend(slips(source, &parsed.file));
        for diagnostic in &parsed.diagnostics {
            let others = diagnostic.secondary.iter().map(|label| label.span);
            for span in others.chain([diagnostic.span]) {
                assert!(source.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
            }
            if let Some(fix) = &diagnostic.fix {
                fix.apply(source);
            }
        }
        if parsed.diagnostics.len() < 20 {
            render(&Source::new("fuzz", source), &parsed.diagnostics, false);
        }
        dump(&parsed.file, source);
    }
    is_incomplete(source);
}
