//! Code and sources, read when the first method or block that has some comes in.

use std::sync::Arc;

use aura_code::{CodeKind, MethodCode, Origin};
use aura_heap::{Kind, layout};

use super::{Todo, Wrong};
use crate::format::bytes::Reader;
use crate::format::record::{CodeRow, Record};
use crate::format::{Broken, Read};
use crate::image::Image;
use crate::machine::Wanted;
use crate::store::Space;
use crate::{ImageError, Machine};

/// How deeply code may be nested in code.
const MOST_NESTED: usize = 600;

impl Image {
    /// The code word of the code with this number.
    pub(super) fn code_word(&mut self, m: &mut impl Machine, id: u64, todo: &mut Todo, depth: usize) -> Result<u64, Wrong> {
        if let Some(word) = self.tables.code_of_id.get(&id) {
            return Ok(*word);
        }
        if depth > MOST_NESTED {
            return Err(Broken("the nesting of code").into());
        }
        let record = self.rows.record(id)?.ok_or_else(|| ImageError::Lost(format!("code {id}")))?;
        let word = match Record::read(&record, id)? {
            Record::Code(row) => {
                let outer = row.outer.map(|o| self.code_word(m, o, todo, depth + 1)).transpose()?;
                let module = self.value(m, &row.module, u64::MAX, todo)?;
                let code = self.read_code(m, &row)?;
                m.add_code(code, module, outer, row.generated)
            }
            Record::LibraryCode { method } => {
                let name = || self.names.missing.get(&method).cloned();
                let o = self.places.get(method).filter(|o| m.heap().is_kind(*o, Kind::Method));
                let o =
                    o.ok_or_else(|| name().map_or(ImageError::Lost(format!("name {method}")), ImageError::NoSuchLibraryObject))?;
                m.heap().raw(o, layout::CODE)
            }
            _ => return Err(Broken("some code").into()),
        };
        self.tables.code_of_id.insert(id, word);
        self.tables.id_of_code.insert(word, id);
        Ok(word)
    }

    fn read_code(&mut self, m: &mut impl Machine, row: &CodeRow<'_>) -> Result<MethodCode, Wrong> {
        let origin = self.source(row.source)?;
        let kind = *KINDS.get(usize::from(row.kind)).ok_or(Broken("a kind of code"))?;
        if row.version != aura_code::body_version() {
            let wanted = Wanted { kind, name: row.name, span: row.span };
            let code = m.recompile(&origin, wanted).ok_or_else(|| ImageError::NotCompiled(row.name.to_string()))?;
            return Ok(code.into());
        }
        if kind == CodeKind::Method {
            return Ok(aura_code::stored_method(row.body, &origin));
        }
        let code = aura_code::verified(row.body, &origin).filter(|c| c.kind == kind).ok_or(Broken("some code"))?;
        Ok(Arc::new(code).into())
    }

    /// A source by its key.
    pub(crate) fn source(&mut self, key: [u8; 16]) -> Result<Arc<Origin>, ImageError> {
        if let Some(origin) = self.tables.source_of_key.get(&key) {
            return Ok(origin.clone());
        }
        let row = self.rows.get(Space::Texts, &key)?.ok_or_else(|| ImageError::Lost("a source".into()))?;
        let origin = Arc::new(read_source(&row).map_err(|b| ImageError::broken(b, "a source"))?);
        self.tables.source_of_key.insert(key, origin.clone());
        self.tables.key_of_source.insert(Arc::as_ptr(&origin), (key, origin.clone()));
        Ok(origin)
    }
}

/// The kinds of code, by their numbers in records.
pub(crate) const KINDS: [CodeKind; 4] = [CodeKind::Method, CodeKind::Block, CodeKind::TopLevel, CodeKind::InlinedBlock];

/// A source's row: its name and its text.
pub(crate) fn read_source(row: &[u8]) -> Read<Origin> {
    let mut r = Reader::new(row);
    Ok(Origin::new(r.text()?, r.text()?))
}
