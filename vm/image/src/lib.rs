//! The living image: objects that outlast the process, transactionally, in one file.
//!
//! * [`store`] where rows are kept; [`format`] what they look like; `rows` reading them, now or as they were
//! * [`library`] the objects that every start makes anew, and how they are referred to; `places` where the others are in memory
//! * [`image`] an open image; `decode` objects coming in; `encode` a commit; `delta` changed objects of the library; `abort` back to the
//!   last commit
//! * [`history`] what the commits were; [`chronicle`] what the door learned
//! * [`machine`] what an image needs of the machine
//! * [`tools`] what can be done with the rows alone, without a machine
//!
//! **What must stay true**: what has been acknowledged is there, whole, whatever happens to the process; the store holds no machine address,
//! no machine code and no activation; a row that is not what was written is an error, never another object. Everything is reached
//! from the lobby, or from a changed object of the library.
//!
//! The model is that of persistence by reachability with faulting on first use (M. Atkinson and R. Morrison, "Orthogonally Persistent Object
//! Systems", 1995); that an object lies where its stand-in was is possible since old objects do not move.
//!
//! Not here: running code, and the machine.

mod abort;
pub mod chronicle;
mod decode;
mod delta;
mod encode;
mod error;
pub mod format;
pub mod history;
mod image;
mod library;
mod machine;
mod places;
mod rows;
pub mod store;
pub mod tools;

pub use error::ImageError;
pub use format::record::Kept;
pub use image::Image;
pub use machine::{CodeView, KeptView, Machine, Wanted};
pub use rows::{Changes, EachRow, RowVisit, Rows};
