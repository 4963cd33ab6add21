//! Files and directories. Each primitive first asks whether the process may read or write there. What a file holds is read elsewhere (`reading`), since
//! a file may be a pipe, for which one waits.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use aura_heap::{Kind, Value};

use super::{Answer, integer, kind, owned, strings, text};
use crate::caps::Capability;
use crate::fail::Fail;
use crate::prim::Prim;
use crate::vm::Vm;

pub(super) const PRIMS: &[Prim] = &[
    Prim::outside("_FileWrite:", 1, |vm, a| {
        let p = allowed(vm, a[0], Capability::Write)?;
        done(a[0], &p, fs::write(&p, text(vm, a[1])?))
    }),
    Prim::outside("_FileWriteBytes:", 1, |vm, a| {
        let p = allowed(vm, a[0], Capability::Write)?;
        let b = kind(vm, a[1], Kind::Bytes)?;
        done(a[0], &p, fs::write(&p, vm.heap.byte_slice(b)))
    }),
    Prim::outside("_FileAppend:", 1, |vm, a| {
        let p = allowed(vm, a[0], Capability::Write)?;
        let text = text(vm, a[1])?;
        let file = fs::OpenOptions::new().append(true).create(true).open(&p);
        done(a[0], &p, file.and_then(|mut f| f.write_all(text.as_bytes())))
    }),
    Prim::outside("_FileExists", 0, |vm, a| {
        let p = allowed(vm, a[0], Capability::Read)?;
        Ok(vm.boolean(p.exists()))
    }),
    Prim::outside("_FileIsDirectory", 0, |vm, a| {
        let p = allowed(vm, a[0], Capability::Read)?;
        Ok(vm.boolean(p.is_dir()))
    }),
    Prim::outside("_FileSize", 0, |vm, a| {
        let p = allowed(vm, a[0], Capability::Read)?;
        let m = fs::metadata(&p).map_err(|e| io_fail(&p, &e))?;
        integer(vm, m.len().into())
    }),
    Prim::outside("_FileModified", 0, |vm, a| {
        let p = allowed(vm, a[0], Capability::Read)?;
        let t = fs::metadata(&p).and_then(|m| m.modified()).map_err(|e| io_fail(&p, &e))?;
        let since = t.duration_since(UNIX_EPOCH).map_or_else(|e| -(e.duration().as_micros() as i128), |d| d.as_micros() as i128);
        integer(vm, since)
    }),
    Prim::outside("_FileRemove", 0, |vm, a| {
        let p = allowed(vm, a[0], Capability::Write)?;
        done(a[0], &p, fs::remove_file(&p))
    }),
    Prim::outside("_FileRename:", 1, |vm, a| {
        let from = allowed(vm, a[0], Capability::Write)?;
        let to = allowed(vm, a[1], Capability::Write)?;
        done(a[0], &from, fs::rename(&from, &to))
    }),
    Prim::outside("_DirectoryList", 0, list),
    Prim::outside("_DirectoryMake", 0, |vm, a| {
        let p = allowed_below(vm, a[0])?;
        done(a[0], &p, fs::create_dir_all(&p))
    }),
    Prim::outside("_DirectoryRemove", 0, |vm, a| {
        let p = allowed(vm, a[0], Capability::Write)?;
        done(a[0], &p, fs::remove_dir(&p))
    }),
];

fn path(vm: &Vm, v: Value) -> Result<PathBuf, Fail> {
    let s = owned(vm, v)?;
    if s.is_empty() || s.contains('\0') {
        return Err(Fail::with("ioError", "a path is a text that is not empty"));
    }
    Ok(PathBuf::from(s))
}

fn allowed(vm: &Vm, v: Value, c: Capability) -> Result<PathBuf, Fail> {
    let p = path(vm, v)?;
    vm.require_path(c, &p)?;
    Ok(p)
}

/// For a directory that is to be made with those above it: the nearest one that is there must be allowed, and no step may go up.
fn allowed_below(vm: &Vm, v: Value) -> Result<PathBuf, Fail> {
    let p = path(vm, v)?;
    let mut nearest: &Path = &p;
    while !nearest.exists() {
        match nearest.parent() {
            Some(up) if !up.as_os_str().is_empty() => nearest = up,
            _ => nearest = Path::new("."),
        }
    }
    let new = p.strip_prefix(nearest).unwrap_or(&p);
    if new.components().any(|c| matches!(c, std::path::Component::ParentDir)) {
        return Err(Fail::with("ioError", "the path of a new directory may not go up with `..`"));
    }
    vm.require_path(Capability::Write, nearest)?;
    Ok(p)
}

/// The path of a file that is to be read.
pub(crate) fn readable(vm: &Vm, v: Value) -> Result<PathBuf, Fail> {
    allowed(vm, v, Capability::Read)
}

pub(crate) fn io_fail(p: &Path, e: &io::Error) -> Fail {
    Fail::with("ioError", format!("{}: {e}", p.display()))
}

fn done(answer: Value, p: &Path, r: io::Result<()>) -> Answer {
    r.map(|()| answer).map_err(|e| io_fail(p, &e))
}

fn list(vm: &mut Vm, a: &[Value]) -> Answer {
    let p = allowed(vm, a[0], Capability::Read)?;
    let entries = fs::read_dir(&p).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(|e| io_fail(&p, &e))?;
    let mut names: Vec<String> = entries.iter().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    strings(vm, names.iter().map(String::as_str))
}
