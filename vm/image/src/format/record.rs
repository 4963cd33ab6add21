//! One object as bytes: what it is, and its contents.
//!
//! The first byte says what follows (the numbers in [`tag`]). Numbers of other objects (maps, code) are told as distances, as in
//! [`super::field`]. Kinds that carry an identity hash tell it, or 0 where nobody has asked for it.

use super::bytes::{Reader, block, fold, maybe, number, unfold};
use super::field::{Field, Fields};
use super::slots::{self, SlotRow};
use super::{Broken, Read};

/// First bytes of records.
pub mod tag {
    /// Named slots only.
    pub const PLAIN: u8 = 1;
    /// Indexed values.
    pub const VECTOR: u8 = 2;
    /// Indexed bytes.
    pub const BYTES: u8 = 3;
    /// Text.
    pub const STRING: u8 = 4;
    /// Text that is one with literals of the same text.
    pub const CANONICAL: u8 = 5;
    /// A block.
    pub const BLOCK: u8 = 6;
    /// A method as an object.
    pub const METHOD: u8 = 7;
    /// A captured variable.
    pub const BOX: u8 = 8;
    /// A mirror.
    pub const MIRROR: u8 = 9;
    /// Something that the machine kept.
    pub const FOREIGN: u8 = 10;
    /// Code.
    pub const CODE: u8 = 11;
    /// Code of a method of the library.
    pub const LIBRARY_CODE: u8 = 12;
    /// A map.
    pub const MAP: u8 = 13;
    /// A map that clones share with an object of the library.
    pub const LIBRARY_MAP: u8 = 14;
    /// What is different about an object of the library.
    pub const DELTA: u8 = 15;
}

/// Which kind of thing the machine kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// A process: it has ended, whatever it was doing.
    Process,
    /// A semaphore.
    Semaphore,
    /// Anything else.
    Other,
}

/// Code.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CodeRow<'a> {
    /// A model wrote it: it has no powers.
    pub generated: bool,
    /// Its selector.
    pub name: &'a str,
    /// What kind of code, as a number.
    pub kind: u8,
    /// The versions that the body was written with.
    pub version: u32,
    /// The source's key among the texts.
    pub source: [u8; 16],
    /// Where in the source it is.
    pub span: (u32, u32),
    /// The code around it.
    pub outer: Option<u64>,
    /// The module that it was written in.
    pub module: Field<'a>,
    /// The code itself.
    pub body: &'a [u8],
}

/// A map.
#[derive(Clone, PartialEq, Debug)]
pub struct MapRow<'a> {
    /// The kind of the objects that have it, as a number.
    pub kind: u8,
    /// Words that its plain objects have.
    pub words: u32,
    /// Data slots are in a vector of their own.
    pub grown: bool,
    /// How many data slots.
    pub data: u32,
    /// The annotation of the object as a whole.
    pub annotation: Option<&'a str>,
    /// Its slots.
    pub slots: Vec<SlotRow<'a>>,
}

/// What is different about an object of the library.
#[derive(Clone, PartialEq, Debug)]
pub struct DeltaRow<'a> {
    /// Slots that it no longer has.
    pub removed: Vec<&'a str>,
    /// Slots that are new or other. A data slot's index is its place among `values`.
    pub slots: Vec<SlotRow<'a>>,
    /// What the data slots among those hold.
    pub values: Vec<Field<'a>>,
    /// Elements of a vector, if they are other.
    pub elements: Option<Vec<Field<'a>>>,
    /// Bytes of a byte vector, if they are other.
    pub bytes: Option<&'a [u8]>,
}

/// One object. Fields of the same name mean the same everywhere: `map` and `code` are numbers, `hash` the identity hash or 0.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Record<'a> {
    /// Named slots only.
    Plain { map: u64, hash: u32, data: Data<'a> },
    /// Indexed values. Map 0 is that of all vectors.
    Vector { map: u64, hash: u32, data: Data<'a>, elements: Data<'a> },
    /// Indexed bytes. Map 0 is that of all byte vectors.
    Bytes { map: u64, hash: u32, bytes: &'a [u8] },
    /// Text.
    Text { hash: u32, text: &'a str, canonical: bool },
    /// A block. Map 0 is that of all blocks.
    Block { map: u64, hash: u32, code: u64, captures: Data<'a> },
    /// A method as an object.
    Method { hash: u32, code: u64 },
    /// A captured variable, or a mirror.
    Box { hash: u32, value: Field<'a>, mirror: bool },
    /// Something that the machine kept.
    Foreign { hash: u32, kept: Kept, number: u64, value: Field<'a> },
    /// Code.
    Code(CodeRow<'a>),
    /// Code of the library's method with this number.
    LibraryCode { method: u64 },
    /// A map.
    Map(MapRow<'a>),
    /// A map that clones share with an object of the library, with the names of the data slots in their order.
    LibraryMap { of: u64, names: Vec<&'a str> },
    /// What is different about an object of the library.
    Delta(DeltaRow<'a>),
}

/// Fields that compare by what they are.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a>(pub Fields<'a>);

impl PartialEq for Data<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.collect() == other.0.collect()
    }
}

/// Writes records of one object.
pub struct Writer<'o> {
    /// Where to.
    pub out: &'o mut Vec<u8>,
    /// The object's number.
    pub id: u64,
}

impl Writer<'_> {
    fn distance(&mut self, to: u64) {
        number(self.out, fold((to as i64).wrapping_sub(self.id as i64)));
    }

    /// A map, where 0 is the kind's own.
    fn map(&mut self, map: u64) {
        match map {
            0 => number(self.out, 0),
            m => number(self.out, (fold((m as i64).wrapping_sub(self.id as i64)) << 1) | 1),
        }
    }

    fn head(&mut self, tag: u8, hash: u32) {
        self.out.push(tag);
        number(self.out, u64::from(hash));
    }

    /// A field.
    pub fn field(&mut self, f: &Field<'_>) {
        f.write(self.out, self.id);
    }

    /// How many fields follow.
    pub fn count(&mut self, n: usize) {
        number(self.out, n as u64);
    }

    /// The start of a plain object; its data slots follow.
    pub fn plain(&mut self, map: u64, hash: u32, data: usize) {
        self.head(tag::PLAIN, hash);
        self.map(map);
        self.count(data);
    }

    /// The start of a vector; its data slots, the number of its elements and they follow.
    pub fn vector(&mut self, map: u64, hash: u32, data: usize) {
        self.head(tag::VECTOR, hash);
        self.map(map);
        self.count(data);
    }

    /// A byte vector.
    pub fn bytes(&mut self, map: u64, hash: u32, bytes: &[u8]) {
        self.head(tag::BYTES, hash);
        self.map(map);
        self.out.extend_from_slice(bytes);
    }

    /// A string.
    pub fn text(&mut self, hash: u32, text: &str, canonical: bool) {
        self.head(if canonical { tag::CANONICAL } else { tag::STRING }, hash);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// The start of a block; its captures follow.
    pub fn block(&mut self, map: u64, hash: u32, code: u64, captures: usize) {
        self.head(tag::BLOCK, hash);
        self.map(map);
        self.distance(code);
        self.count(captures);
    }

    /// A method.
    pub fn method(&mut self, hash: u32, code: u64) {
        self.head(tag::METHOD, hash);
        self.distance(code);
    }

    /// The start of a captured variable or a mirror; its value follows.
    pub fn boxed(&mut self, hash: u32, mirror: bool) {
        self.head(if mirror { tag::MIRROR } else { tag::BOX }, hash);
    }

    /// The start of something that the machine kept; its value follows.
    pub fn foreign(&mut self, hash: u32, kept: Kept, n: u64) {
        self.head(tag::FOREIGN, hash);
        self.out.push(kept as u8);
        number(self.out, n);
    }

    /// Code.
    pub fn code(&mut self, c: &CodeRow<'_>) {
        self.out.push(tag::CODE);
        self.out.push(u8::from(c.generated) | u8::from(c.outer.is_some()) << 1);
        block(self.out, c.name.as_bytes());
        self.out.push(c.kind);
        number(self.out, u64::from(c.version));
        self.out.extend_from_slice(&c.source);
        number(self.out, u64::from(c.span.0));
        number(self.out, u64::from(c.span.1));
        if let Some(outer) = c.outer {
            self.distance(outer);
        }
        self.field(&c.module);
        self.out.extend_from_slice(c.body);
    }

    /// Code of the library.
    pub fn library_code(&mut self, method: u64) {
        self.out.push(tag::LIBRARY_CODE);
        self.distance(method);
    }

    /// A map.
    pub fn map_row(&mut self, m: &MapRow<'_>) {
        self.out.push(tag::MAP);
        self.out.push(m.kind | if m.grown { 0x80 } else { 0 });
        number(self.out, u64::from(m.words));
        number(self.out, u64::from(m.data));
        maybe(self.out, m.annotation);
        slots::write(self.out, &m.slots, self.id);
    }

    /// A map of the library.
    pub fn library_map(&mut self, of: u64, names: &[&str]) {
        self.out.push(tag::LIBRARY_MAP);
        self.distance(of);
        self.count(names.len());
        names.iter().for_each(|n| block(self.out, n.as_bytes()));
    }

    /// What is different about an object of the library.
    pub fn delta(&mut self, d: &DeltaRow<'_>) {
        self.out.push(tag::DELTA);
        self.out.push(u8::from(d.elements.is_some()) | u8::from(d.bytes.is_some()) << 1);
        self.count(d.removed.len());
        d.removed.iter().for_each(|n| block(self.out, n.as_bytes()));
        slots::write(self.out, &d.slots, self.id);
        self.count(d.values.len());
        d.values.iter().for_each(|v| v.write(self.out, self.id));
        if let Some(elements) = &d.elements {
            self.count(elements.len());
            elements.iter().for_each(|v| v.write(self.out, self.id));
        }
        if let Some(bytes) = d.bytes {
            block(self.out, bytes);
        }
    }
}

struct In<'a> {
    r: Reader<'a>,
    id: u64,
}

impl<'a> In<'a> {
    fn distance(&mut self) -> Read<u64> {
        Ok((self.id as i64).wrapping_add(unfold(self.r.number()?)) as u64)
    }

    fn map(&mut self) -> Read<u64> {
        Ok(match self.r.number()? {
            0 => 0,
            n if n & 1 == 1 => (self.id as i64).wrapping_add(unfold(n >> 1)) as u64,
            _ => return Err(Broken("a map's number")),
        })
    }

    fn hash(&mut self) -> Read<u32> {
        self.r.short()
    }

    fn rest(&mut self) -> &'a [u8] {
        let all = self.r.rest();
        self.r = Reader::new(&[]);
        all
    }

    fn fields(&mut self) -> Read<Vec<Field<'a>>> {
        let count = self.r.count()?;
        (0..count).map(|_| Field::read(&mut self.r, self.id)).collect()
    }

    fn names(&mut self) -> Read<Vec<&'a str>> {
        let count = self.r.count()?;
        (0..count).map(|_| self.r.text()).collect()
    }

    fn code(&mut self) -> Read<CodeRow<'a>> {
        let flags = self.r.byte()?;
        let name = self.r.text()?;
        let kind = self.r.byte()?;
        let version = self.r.short()?;
        let source = self.r.take(16)?.try_into().map_err(|_| Broken("a source's key"))?;
        let span = (self.r.short()?, self.r.short()?);
        let outer = if flags & 2 != 0 { Some(self.distance()?) } else { None };
        let module = Field::read(&mut self.r, self.id)?;
        Ok(CodeRow { generated: flags & 1 != 0, name, kind, version, source, span, outer, module, body: self.rest() })
    }

    fn map_row(&mut self) -> Read<MapRow<'a>> {
        let kind = self.r.byte()?;
        let (words, data) = (self.r.short()?, self.r.short()?);
        let annotation = self.r.maybe()?;
        let slots = slots::read(&mut self.r, self.id)?;
        Ok(MapRow { kind: kind & 0x7f, words, grown: kind & 0x80 != 0, data, annotation, slots })
    }

    fn delta(&mut self) -> Read<DeltaRow<'a>> {
        let flags = self.r.byte()?;
        let removed = self.names()?;
        let slots = slots::read(&mut self.r, self.id)?;
        let values = self.fields()?;
        let elements = if flags & 1 != 0 { Some(self.fields()?) } else { None };
        let bytes = if flags & 2 != 0 { Some(self.r.block()?) } else { None };
        Ok(DeltaRow { removed, slots, values, elements, bytes })
    }
}

impl<'a> Record<'a> {
    /// Reads the record of object `id`. The fields of large kinds are checked when they are walked.
    #[inline]
    pub fn read(bytes: &'a [u8], id: u64) -> Read<Record<'a>> {
        let mut i = In { r: Reader::new(bytes), id };
        let record = match i.r.byte()? {
            tag::PLAIN => {
                let (hash, map) = (i.hash()?, i.map()?);
                Record::Plain { map, hash, data: Data(Fields::rest(&mut i.r, id)?) }
            }
            tag::VECTOR => {
                let (hash, map) = (i.hash()?, i.map()?);
                let data = Data(Fields::some(&mut i.r, id)?);
                Record::Vector { map, hash, data, elements: Data(Fields::rest(&mut i.r, id)?) }
            }
            tag::BYTES => Record::Bytes { hash: i.hash()?, map: i.map()?, bytes: i.rest() },
            t @ (tag::STRING | tag::CANONICAL) => {
                let hash = i.hash()?;
                let text = std::str::from_utf8(i.rest()).map_err(|_| Broken("a text"))?;
                Record::Text { hash, text, canonical: t == tag::CANONICAL }
            }
            tag::BLOCK => {
                let (hash, map, code) = (i.hash()?, i.map()?, i.distance()?);
                Record::Block { map, hash, code, captures: Data(Fields::rest(&mut i.r, id)?) }
            }
            tag::METHOD => Record::Method { hash: i.hash()?, code: i.distance()? },
            t @ (tag::BOX | tag::MIRROR) => {
                Record::Box { hash: i.hash()?, value: Field::read(&mut i.r, id)?, mirror: t == tag::MIRROR }
            }
            tag::FOREIGN => {
                let hash = i.hash()?;
                let kept = match i.r.byte()? {
                    0 => Kept::Process,
                    1 => Kept::Semaphore,
                    2 => Kept::Other,
                    _ => return Err(Broken("something that the machine kept")),
                };
                Record::Foreign { hash, kept, number: i.r.number()?, value: Field::read(&mut i.r, id)? }
            }
            tag::CODE => Record::Code(i.code()?),
            tag::LIBRARY_CODE => Record::LibraryCode { method: i.distance()? },
            tag::MAP => Record::Map(i.map_row()?),
            tag::LIBRARY_MAP => Record::LibraryMap { of: i.distance()?, names: i.names()? },
            tag::DELTA => Record::Delta(i.delta()?),
            _ => return Err(Broken("a kind of object")),
        };
        if i.r.is_empty() { Ok(record) } else { Err(Broken("the end of a record")) }
    }

    /// Calls `f` with the number of everything that it refers to.
    pub fn references(&self, mut f: impl FnMut(u64)) -> Read<()> {
        let mut field = |v: Field<'_>| {
            if let Field::Object { id, .. } = v {
                f(id);
            }
            Ok(())
        };
        match self {
            Record::Plain { data, map, .. } => {
                data.0.each(&mut field)?;
                f(*map);
            }
            Record::Vector { map, data, elements, .. } => {
                data.0.each(&mut field)?;
                elements.0.each(&mut field)?;
                f(*map);
            }
            Record::Bytes { map, .. } => f(*map),
            Record::Text { .. } => {}
            Record::Block { map, code, captures, .. } => {
                captures.0.each(&mut field)?;
                f(*map);
                f(*code);
            }
            Record::Method { code, .. } => f(*code),
            Record::Box { value, .. } | Record::Foreign { value, .. } => field(*value)?,
            Record::Code(c) => {
                field(c.module)?;
                c.outer.into_iter().for_each(f);
            }
            Record::LibraryCode { method } => f(*method),
            Record::Map(m) => constants(&m.slots, &mut field)?,
            Record::LibraryMap { of, .. } => f(*of),
            Record::Delta(d) => {
                constants(&d.slots, &mut field)?;
                d.values.iter().chain(d.elements.iter().flatten()).try_for_each(|v| field(*v))?;
            }
        }
        Ok(())
    }
}

fn constants<'a>(slots: &[SlotRow<'a>], f: &mut impl FnMut(Field<'a>) -> Read<()>) -> Read<()> {
    slots.iter().try_for_each(|s| match s.holds {
        slots::Holds::Constant(v) => f(v),
        _ => Ok(()),
    })
}
