//! A value of a record that outlives the record's bytes.
//!
//! What must stay true: [`Value::field`] of a value made from a field is that field.

use crate::format::field::{Field, Special};

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// A small integer.
    Int(i64),
    /// `nil` and its like.
    Special(Special),
    /// An object.
    Object {
        /// Its number.
        id: u64,
        /// Words after its header.
        words: u64,
        /// It must be in memory as soon as what refers to it is.
        eager: bool,
    },
    /// A double, by its bits.
    Float(u64),
    /// A big integer: as in [`Field::Big`].
    Big {
        /// It is negative.
        negative: bool,
        /// Its magnitude.
        words: Vec<u8>,
    },
    /// A canonical string.
    Text(String),
}

impl From<Field<'_>> for Value {
    fn from(f: Field<'_>) -> Self {
        match f {
            Field::Int(i) => Value::Int(i),
            Field::Special(s) => Value::Special(s),
            Field::Object { id, words, eager } => Value::Object { id, words, eager },
            Field::Float(bits) => Value::Float(bits),
            Field::Big { negative, words } => Value::Big { negative, words: words.to_vec() },
            Field::Text(t) => Value::Text(t.into()),
        }
    }
}

impl Value {
    /// As it stands in a record.
    pub fn field(&self) -> Field<'_> {
        match self {
            Value::Int(i) => Field::Int(*i),
            Value::Special(s) => Field::Special(*s),
            Value::Object { id, words, eager } => Field::Object { id: *id, words: *words, eager: *eager },
            Value::Float(bits) => Field::Float(*bits),
            Value::Big { negative, words } => Field::Big { negative: *negative, words },
            Value::Text(t) => Field::Text(t),
        }
    }

    /// The number of the object that it is, if it is one.
    pub fn object(&self) -> Option<u64> {
        match self {
            Value::Object { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// What it looks like in a program. Nothing for objects, which do not fit.
    pub fn literal(&self, most: usize) -> Option<String> {
        Some(match self {
            Value::Int(i) => i.to_string(),
            Value::Special(Special::Nil) => "nil".into(),
            Value::Special(Special::True) => "true".into(),
            Value::Special(Special::False) => "false".into(),
            Value::Special(Special::Nothing) => "(nothing)".into(),
            Value::Float(bits) => format!("{:?}", f64::from_bits(*bits)),
            Value::Big { negative, words } => big(*negative, words),
            Value::Text(t) => quoted(t, most),
            Value::Object { .. } => return None,
        })
    }
}

fn big(negative: bool, words: &[u8]) -> String {
    let (chunks, _) = words.as_chunks::<8>();
    let words: Vec<dashu_int::Word> = chunks.iter().map(|c| dashu_int::Word::from_le_bytes(*c)).collect();
    // Beyond some thousand digits nobody reads, and writing them out takes long.
    if words.len() > 200 {
        return format!("an integer of {} bits", words.len() * 64);
    }
    let sign = if negative { "-" } else { "" };
    format!("{sign}{}", dashu_int::UBig::from_words(&words))
}

/// A text in quotes, as a program would have it, cut off after `most` characters.
pub fn quoted(text: &str, most: usize) -> String {
    let mut out = String::from("'");
    for (i, c) in text.chars().enumerate() {
        if i == most {
            out.push('…');
            break;
        }
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_as_programs_write_them() {
        for (v, text) in [
            (Value::Int(-3), "-3"),
            (Value::Float(1.5f64.to_bits()), "1.5"),
            (Value::Float(1f64.to_bits()), "1.0"),
            (Value::Text("'s\n".into()), "'\\'s\\n'"),
            (Value::Text("abcdefgh".into()), "'abcd…'"),
            (Value::Big { negative: true, words: [0u8, 0, 0, 0, 0, 0, 0, 0x80].to_vec() }, "-9223372036854775808"),
        ] {
            assert_eq!(v.literal(4).as_deref(), Some(text));
            assert_eq!(Value::from(v.field()), v);
        }
    }
}
