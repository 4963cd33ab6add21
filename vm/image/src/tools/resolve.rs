//! Objects for names: what a path leads to.
//!
//! Paths are told in [`super::paths`]. Here a path may also leave out `globals`, and say `object 1048577`.
//!
//! What must stay true: what is not there is an error that says what is there instead.

use super::objects::{Held, Object, Objects, What};
use super::paths::{Step, children};
use super::roots::{self, Roots};
use super::value::Value;
use crate::ImageError;

/// What a path leads to.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    /// The path, as it would be printed.
    pub path: String,
    /// The object that has it, and where; nothing for objects of the library and those named by number.
    pub holder: Option<(u64, Step)>,
    /// What is there. Nothing: the slot was removed from an object of the library.
    pub value: Option<Value>,
}

/// Finds what is at a path.
///
/// # Errors
/// When nothing is, with what is there instead; when the store cannot be read or is damaged.
pub fn resolve(objects: &Objects<'_>, path: &str) -> Result<Place, ImageError> {
    let words = words(path);
    let (start, rest) = begin(objects, &words)?;
    rest.iter().try_fold(start, |at, word| step(objects, at, word))
}

/// The object whose slot a path names, and the last word of the path. Nothing: the path is that of an object of the library itself.
///
/// # Errors
/// As [`resolve`]; the slot itself need not be there.
pub(crate) fn holder_of(objects: &Objects<'_>, path: &str) -> Result<Option<(u64, Step)>, ImageError> {
    let words = words(path);
    let Some(((last, quoted), before)) = words.split_last() else { return Err(no_such("an empty path leads nowhere".into())) };
    let parent = match before {
        [] => begin(objects, &words).map(|(start, rest)| (!rest.is_empty()).then_some(start))?,
        [(image, false)] if image == "image" && (*quoted || Roots::read(objects)?.at(last).is_some()) => {
            return Ok(Roots::read(objects)?.values.map(|id| (id, Step::Name(last.as_str().into()))));
        }
        [(object, false)] if object == "object" => None,
        before => {
            let (start, rest) = begin(objects, before)?;
            Some(rest.iter().try_fold(start, |at, word| step(objects, at, word))?)
        }
    };
    let id = parent.and_then(|p| p.value).and_then(|v| v.object());
    let element = last.strip_prefix('[').and_then(|w| w.strip_suffix(']')).and_then(|w| w.parse().ok());
    Ok(id.map(|id| (id, element.map_or_else(|| Step::Slot(last.as_str().into()), Step::Element))))
}

/// A word of a path, and whether it stood in quotes.
pub(crate) type Word = (String, bool);

fn words(path: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut rest = path.trim_start();
    while let Some(first) = rest.chars().next() {
        let mut word = String::new();
        if first == '\'' {
            let mut end = rest.len();
            let mut chars = rest.char_indices().skip(1);
            while let Some((i, c)) = chars.next() {
                match c {
                    '\'' => {
                        end = i + 1;
                        break;
                    }
                    '\\' => word.extend(chars.next().map(|(_, c)| match c {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        c => c,
                    })),
                    c => word.push(c),
                }
            }
            found.push((word, true));
            rest = rest[end..].trim_start();
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            found.push((rest[..end].to_string(), false));
            rest = rest[end..].trim_start();
        }
    }
    found
}

fn no_such(text: String) -> ImageError {
    ImageError::NoSuchPath(text)
}

/// The longest beginning of a path that leads somewhere at once, and the rest.
fn begin<'w>(objects: &Objects<'_>, words: &'w [Word]) -> Result<(Place, &'w [Word]), ImageError> {
    let place = |path: String, id: u64| Place { path, holder: None, value: Some(Value::Object { id, words: 0, eager: false }) };
    let plain: Vec<&str> = words.iter().take_while(|(_, quoted)| !quoted).map(|(w, _)| w.as_str()).collect();
    match plain.as_slice() {
        [] => return Err(no_such("an empty path leads nowhere".into())),
        ["object", number, ..] => {
            let id = number.parse().map_err(|_| no_such(format!("'{number}' is not the number of an object")))?;
            let next = objects.rows.at.map(|at| crate::history::commit(objects.rows, at)).transpose()?.map(|c| c.next);
            let there = next.is_none_or(|next| id < next) && objects.get(id)?.is_some();
            if !there {
                return Err(no_such(format!("there is no object {id}")));
            }
            return Ok((place(format!("object {id}"), id), &words[2..]));
        }
        ["image", ..] if words.len() > 1 => {
            let (name, quoted) = &words[1];
            let roots = Roots::read(objects)?;
            if let Some(e) = roots.at(name) {
                let path = format!("image {}", roots::word(name));
                let holder = roots.values.map(|id| (id, Step::Name(name.as_str().into())));
                return Ok((Place { path, holder, value: Some(e.value.clone()) }, &words[2..]));
            }
            let holder = objects.names()?.ids.get(roots::HOLDER).map(|id| objects.get(*id)).transpose()?.flatten();
            let slot = holder.is_some_and(|o| o.slot(name).is_some());
            if *quoted || !slot && !name.starts_with('[') {
                return Err(no_such(format!("nothing is at the name '{name}'{}", listed(&roots))));
            }
        }
        _ => {}
    }
    let names = objects.names()?;
    for prefix in ["", "globals "] {
        for n in (1..=plain.len()).rev() {
            let path = format!("{prefix}{}", plain[..n].join(" "));
            if let Some(id) = names.ids.get(&path) {
                return Ok((place(path, *id), &words[n..]));
            }
        }
    }
    // Slots of the lobby and the globals that the image has brought itself.
    for holder in ["lobby", "globals"] {
        let Some(id) = names.ids.get(holder) else { continue };
        if let Some(o) = objects.get(*id)?
            && o.slot(plain[0]).is_some()
        {
            return Ok((place(holder.into(), *id), words));
        }
    }
    Err(no_such(format!("the image has nothing at '{}': it is not there, or as the library made it", plain.join(" "))))
}

fn listed(roots: &Roots) -> String {
    let names: Vec<String> = roots.entries.iter().take(8).map(|e| roots::word(&e.name)).collect();
    if names.is_empty() { "; there are no names".into() } else { format!("; there are {}", names.join(", ")) }
}

fn step(objects: &Objects<'_>, at: Place, word: &Word) -> Result<Place, ImageError> {
    let Some(id) = at.value.as_ref().and_then(Value::object) else {
        return Err(no_such(format!("{} is no object with slots", at.path)));
    };
    let Some(o) = objects.get(id)? else {
        return Err(no_such(format!("{} is as the library made it: the image knows nothing about it", at.path)));
    };
    let inside = |w: &str| if at.path == "lobby" { w.to_string() } else { format!("{} {w}", at.path) };
    let word = &word.0;
    if let Some(i) = word.strip_prefix('[').and_then(|w| w.strip_suffix(']')).and_then(|w| w.parse::<usize>().ok()) {
        let value = o.elements.as_ref().and_then(|e| e.get(i)).cloned();
        let count = o.elements.as_ref().map_or(0, Vec::len);
        let value = value.ok_or_else(|| no_such(format!("{} has {count} elements, and so none at [{i}]", at.path)))?;
        return Ok(Place { path: inside(word), holder: Some((id, Step::Element(i))), value: Some(value) });
    }
    if word == "(module)" {
        let module = children(objects, &o)?.into_iter().find(|(s, _)| *s == Step::Module);
        let (step, to) = module.ok_or_else(|| no_such(format!("{} was not written in a module", at.path)))?;
        let value = Some(Value::Object { id: to, words: 0, eager: false });
        return Ok(Place { path: inside(word), holder: Some((id, step)), value });
    }
    match o.slot(word) {
        Some(s) => Ok(Place {
            path: inside(word),
            holder: Some((id, Step::Slot(s.name.clone()))),
            value: if s.held == Held::Removed { None } else { s.value().cloned() },
        }),
        None => Err(no_slot(&at.path, &o, word)),
    }
}

fn no_slot(path: &str, o: &Object, word: &str) -> ImageError {
    let mut names: Vec<&str> = o.slots.iter().take(12).map(|s| &*s.name).collect();
    if o.slots.len() > names.len() {
        names.push("…");
    }
    let there = if names.is_empty() { "it has none".into() } else { format!("it has {}", names.join(", ")) };
    let library = if o.what == What::Library { "; what the library gave it is not in the image" } else { "" };
    no_such(format!("{path} has no slot '{word}' in the image: {there}{library}"))
}

#[cfg(test)]
mod tests {
    use super::super::paths::Finder;
    use super::super::sample::{object, sample, vector};
    use super::*;

    #[test]
    fn words_may_stand_in_quotes() {
        let read = words("image 'my account'  [3] x:");
        let expected = [("image", false), ("my account", true), ("[3]", false), ("x:", false)];
        assert_eq!(read, expected.map(|(w, q)| (w.to_string(), q)));
        assert_eq!(words("'it\\'s'"), [("it's".to_string(), true)]);
        assert_eq!(words("'open"), [("open".to_string(), true)]);
    }

    #[test]
    fn every_object_has_a_path_that_leads_to_it() {
        let s = sample();
        let objects = Objects::new(&s.rows);
        let finder = Finder::walk(&objects, s.everything.clone()).expect("walks");
        for id in &s.everything {
            let path = finder.path(*id).unwrap_or_else(|| panic!("object {id} has a path"));
            let place = resolve(&objects, &path).expect("resolves");
            assert_eq!(place.value.as_ref().and_then(Value::object), Some(*id), "{path}");
            assert_eq!(place.path, path);
        }
        assert_eq!(finder.told(s.account), "image account");
        assert_eq!(finder.told(s.limits), "globals limits");
    }

    #[test]
    fn what_lies_too_deep_is_called_by_its_number() {
        let mut s = sample();
        let objects = Objects::new(&s.rows);
        let mut e = super::super::edit::Edit::begin(&s.rows).expect("begins");
        let ids: Vec<u64> = (0..100).map(|_| e.number()).collect();
        for pair in ids.windows(2) {
            e.create(pair[0], &vector(pair[0], &[object(pair[1])])).expect("creates");
        }
        e.create(ids[99], &vector(ids[99], &[])).expect("creates");
        e.change(s.limits, &vector(s.limits, &[object(ids[0])])).expect("changes");
        drop(objects);
        let ready = e.ready("a test", "a chain");
        ready.apply(&mut s.rows).expect("applies");
        let objects = Objects::new(&s.rows);
        let finder = Finder::walk(&objects, [ids[1], ids[99]]).expect("walks");
        assert_eq!(finder.told(ids[1]), "globals limits [0] [0]");
        assert_eq!(finder.told(ids[99]), format!("object {}", ids[99]));
        assert!(resolve(&objects, &finder.told(ids[99])).is_ok());
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let s = sample();
        let objects = Objects::new(&s.rows);
        let told = |path: &str| resolve(&objects, path).expect_err("it is not there").to_string();
        assert!(told("image account balanse").contains("balance, owner"), "{}", told("image account balanse"));
        assert!(told("image 'nobody'").contains("there are account, 'two words'"), "{}", told("image 'nobody'"));
        assert!(told("limits [9]").contains("2 elements"), "{}", told("limits [9]"));
        assert!(told("zork").contains("nothing at 'zork'"));
        assert!(told("").contains("empty"));
        assert!(told("object zork").contains("not the number"));
        assert!(told("image account balance x").contains("no object with slots"));
    }
}
