//! Every diagnostic code that the command can print: the one list of the lists that each room keeps of its own.
//!
//! What must stay true: a room that finds something wrong has its list here. Then its codes are explained, and the tests want a page in
//! `docs/errors/` with an example for each.

use aura_syntax::codes::Code;

use crate::suggest;

/// The lists, in the order of their numbers.
static LISTS: &[&[&Code]] = &[aura_syntax::codes::ALL, aura_code::compile::codes::ALL, aura_types::codes::ALL];

/// All codes, in order.
pub fn all() -> impl Iterator<Item = &'static Code> {
    LISTS.iter().flat_map(|list| list.iter().copied())
}

/// The code that a person means: `E0011`, `e0011`, `E11`, or `11`.
///
/// # Errors
/// That there is none, with the nearest one.
pub fn named(word: &str) -> Result<&'static Code, String> {
    let wanted = spelt(word);
    if let Some(code) = all().find(|code| code.name == wanted) {
        return Ok(code);
    }
    // Numbers of one hundred belong together.
    let names = || all().map(|code| code.name);
    let alike = names().filter(|name| wanted.starts_with(&name[..3]));
    Err(match suggest::nearest(&wanted, alike).or_else(|| suggest::nearest(&wanted, names())) {
        Some(near) => format!("there is no code '{word}'; did you mean {near}? `aura explain` alone lists them"),
        None => format!("there is no code '{word}'; `aura explain` alone lists them"),
    })
}

/// With its letter, and four digits.
fn spelt(word: &str) -> String {
    let word = word.trim().to_ascii_uppercase();
    match word.trim_start_matches('E').parse::<u32>() {
        Ok(number) => format!("E{number:04}"),
        Err(_) => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_as_people_write_them() {
        for word in ["E0011", "e0011", "E11", "11", " e11 "] {
            assert_eq!(named(word).map(|code| code.name), Ok("E0011"), "{word}");
        }
        let error = named("E0188").map(|code| code.name).expect_err("no code");
        assert!(error.contains("did you mean E010"), "{error}");
        assert!(named("nonsense").is_err() && named("").is_err());
    }

    #[test]
    fn every_code_has_a_name_of_its_own() {
        let mut names: Vec<&str> = all().map(|code| code.name).collect();
        let listed = names.clone();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names, listed, "in order, and none twice");
    }
}
