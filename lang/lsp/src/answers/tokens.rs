//! Semantic tokens: words with their meanings, each told relative to the one before.

use aura_ide::{Coloured, Meaning};
use lsp_types as lsp;

use super::Asked;
use crate::server::Server;

/// The meanings in the order of their numbers.
pub(crate) fn legend() -> lsp::SemanticTokensLegend {
    let types = [
        lsp::SemanticTokenType::COMMENT,
        lsp::SemanticTokenType::STRING,
        lsp::SemanticTokenType::NUMBER,
        lsp::SemanticTokenType::OPERATOR,
        lsp::SemanticTokenType::KEYWORD,
        lsp::SemanticTokenType::METHOD,
        lsp::SemanticTokenType::PROPERTY,
        lsp::SemanticTokenType::PARAMETER,
        lsp::SemanticTokenType::VARIABLE,
        lsp::SemanticTokenType::TYPE,
        lsp::SemanticTokenType::TYPE_PARAMETER,
    ];
    let modifiers = [
        lsp::SemanticTokenModifier::DECLARATION,
        lsp::SemanticTokenModifier::READONLY,
        lsp::SemanticTokenModifier::new("learned"),
    ];
    lsp::SemanticTokensLegend { token_types: types.into(), token_modifiers: modifiers.into() }
}

fn number(meaning: Meaning) -> u32 {
    match meaning {
        Meaning::Comment => 0,
        Meaning::String => 1,
        Meaning::Number => 2,
        Meaning::Operator => 3,
        Meaning::Word => 4,
        Meaning::Method => 5,
        Meaning::Property => 6,
        Meaning::Parameter => 7,
        Meaning::Variable => 8,
        Meaning::Type => 9,
        Meaning::TypeParameter => 10,
    }
}

pub(crate) fn all(server: &mut Server, p: lsp::SemanticTokensParams) -> Option<lsp::SemanticTokensResult> {
    let asked = Asked::of(server, &p.text_document)?;
    Some(lsp::SemanticTokensResult::Tokens(tokens(server, &asked, None)))
}

pub(crate) fn range(server: &mut Server, p: lsp::SemanticTokensRangeParams) -> Option<lsp::SemanticTokensRangeResult> {
    let asked = Asked::of(server, &p.text_document)?;
    let span = asked.places().span(p.range);
    Some(lsp::SemanticTokensRangeResult::Tokens(tokens(server, &asked, Some(span))))
}

fn tokens(server: &mut Server, asked: &Asked, range: Option<aura_ide::Span>) -> lsp::SemanticTokens {
    let mut coloured = server.ide.colours(&asked.name);
    if let Some(range) = range {
        coloured.retain(|c| c.span.start < range.end && range.start < c.span.end);
    }
    let (mut data, mut last) = (Vec::with_capacity(coloured.len()), lsp::Position::default());
    for c in coloured {
        let lsp::Range { start, end } = asked.places().range(c.span);
        // Places are told as distances, so one that lies before the last cannot be.
        let Some(delta_line) = start.line.checked_sub(last.line) else { continue };
        let before = if delta_line == 0 { last.character } else { 0 };
        let Some(delta_start) = start.character.checked_sub(before) else { continue };
        let length = end.character.saturating_sub(start.character);
        let (token_type, token_modifiers_bitset) = (number(c.meaning), modifiers(&c));
        data.push(lsp::SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset });
        last = start;
    }
    lsp::SemanticTokens { result_id: None, data }
}

fn modifiers(c: &Coloured) -> u32 {
    u32::from(c.is_declaration) | u32::from(c.is_constant) << 1 | u32::from(c.is_learned) << 2
}
