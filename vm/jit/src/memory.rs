//! Memory for compiled code: writable in one place, executable in another, never both.
//!
//! Anonymous shared memory is mapped twice. It grows by regions; inside a region, pieces are handed out by first fit from a list of free ones.
//! (Memory of this kind, unlike a file's, is where `perf` looks for names in its map file.)
//!
//! What must stay true: a piece is freed only when nothing runs it; the two mappings of a region live as long as the memory.
#![allow(unsafe_code)]

use std::ptr::NonNull;

use rustix::mm::{MapFlags, MprotectFlags, MremapFlags, ProtFlags, mmap_anonymous, mprotect, mremap, munmap};

/// Bytes of a region.
const REGION: usize = 1 << 20;
/// What each piece begins on: a cache line's half, as processors like it.
const ALIGN: usize = 32;

/// There is no more memory for code: the bound is reached, or the system gives none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoMemory(pub String);

struct Region {
    write: NonNull<u8>,
    run: NonNull<u8>,
    size: usize,
    /// Start and length of what is free, by start.
    free: Vec<(usize, usize)>,
}

/// See the module's comment.
pub struct CodeMemory {
    regions: Vec<Region>,
    most: usize,
    used: usize,
}

impl CodeMemory {
    /// Memory for at most this many bytes of code.
    pub fn new(most: usize) -> CodeMemory {
        CodeMemory { regions: Vec::new(), most, used: 0 }
    }

    /// Bytes of code in it.
    pub fn used(&self) -> usize {
        self.used
    }

    /// Puts code into memory and answers the address at which it can be called.
    ///
    /// # Errors
    /// When there is no room.
    pub fn place(&mut self, code: &[u8]) -> Result<*const u8, NoMemory> {
        let size = code.len().next_multiple_of(ALIGN);
        if self.used + size > self.most {
            return Err(NoMemory(format!("compiled code may take {} bytes", self.most)));
        }
        let mut found = self.regions.iter_mut().find_map(|r| r.take(size).map(|at| (r, at)));
        if found.is_none() {
            self.regions.push(Region::new(size.max(REGION))?);
            found = self.regions.last_mut().and_then(|r| r.take(size).map(|at| (r, at)));
        }
        let Some((region, at)) = found else { return Err(NoMemory("a new region is too small".into())) };
        self.used += size;
        // SAFETY: within the mappings; nothing runs what was free.
        Ok(unsafe {
            std::ptr::copy_nonoverlapping(code.as_ptr(), region.write.as_ptr().add(at), code.len());
            region.run.as_ptr().add(at)
        })
    }

    /// Gives a piece of so many bytes back. Nothing may run it.
    pub fn free(&mut self, start: *const u8, len: usize) {
        let size = len.next_multiple_of(ALIGN);
        for r in &mut self.regions {
            let at = (start as usize).wrapping_sub(r.run.as_ptr() as usize);
            if at < r.size {
                r.give(at, size);
                self.used -= size;
                return;
            }
        }
        debug_assert!(false, "no piece of this memory");
    }
}

impl Region {
    fn new(size: usize) -> Result<Region, NoMemory> {
        let why = |e: rustix::io::Errno| NoMemory(format!("no memory for compiled code: {e}"));
        // SAFETY: new mappings at places that the system chooses; the second is of the first one's pages, and is never writable while it is executable.
        unsafe {
            let write =
                mmap_anonymous(std::ptr::null_mut(), size, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED).map_err(why)?;
            let run = mremap(write, 0, size, MremapFlags::MAYMOVE).and_then(|run| {
                mprotect(run, size, MprotectFlags::READ | MprotectFlags::EXEC)?;
                NonNull::new(run.cast()).ok_or(rustix::io::Errno::NOMEM)
            });
            match (NonNull::new(write.cast()), run) {
                (Some(write), Ok(run)) => Ok(Region { write, run, size, free: vec![(0, size)] }),
                (_, run) => {
                    let _ = munmap(write, size);
                    Err(why(run.err().unwrap_or(rustix::io::Errno::NOMEM)))
                }
            }
        }
    }

    fn take(&mut self, size: usize) -> Option<usize> {
        let i = self.free.iter().position(|(_, len)| *len >= size)?;
        let (at, len) = self.free[i];
        if len == size {
            self.free.remove(i);
        } else {
            self.free[i] = (at + size, len - size);
        }
        Some(at)
    }

    fn give(&mut self, at: usize, size: usize) {
        let i = self.free.partition_point(|(start, _)| *start < at);
        self.free.insert(i, (at, size));
        if let Some((next, len)) = self.free.get(i + 1).copied()
            && at + size == next
        {
            self.free[i].1 += len;
            self.free.remove(i + 1);
        }
        if i > 0 && self.free[i - 1].0 + self.free[i - 1].1 == at {
            self.free[i - 1].1 += self.free[i].1;
            self.free.remove(i);
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        for place in [self.write, self.run] {
            // SAFETY: mapped in `new`, with this size; the memory, and with it everything that ran its code, ends.
            let _ = unsafe { munmap(place.as_ptr().cast(), self.size) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_were_freed_are_joined_and_used_again() {
        let mut m = CodeMemory::new(3 * REGION);
        let third = vec![0xc3; REGION / 4 + 1];
        let a = m.place(&third).expect("room");
        let b = m.place(&third).expect("room");
        let c = m.place(&third).expect("room");
        assert_eq!(m.regions.len(), 1);
        m.free(a, third.len());
        m.free(c, third.len());
        m.free(b, third.len());
        assert_eq!(m.used(), 0);
        assert_eq!(m.regions[0].free, [(0, REGION)]);
        assert_eq!(m.place(&third), Ok(a));
    }

    #[test]
    fn the_bound_holds() {
        let mut m = CodeMemory::new(100);
        assert!(m.place(&[0xc3; 64]).is_ok());
        assert!(m.place(&[0xc3; 64]).is_err());
    }

    #[test]
    fn what_is_written_can_be_run() {
        let mut m = CodeMemory::new(REGION);
        // mov eax, edi; add eax, 1; ret
        {
            let at = m.place(&[0x89, 0xf8, 0x83, 0xc0, 0x01, 0xc3]).expect("room");
            // SAFETY: these bytes are such a function.
            let f: extern "C" fn(i32) -> i32 = unsafe { std::mem::transmute(at) };
            assert_eq!(f(41), 42);
        }
        assert!(m.used() <= REGION);
    }
}
