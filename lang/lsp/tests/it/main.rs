//! The protocol, spoken over a connection in memory.

mod asking;
mod client;
mod judging;
mod life;
#[path = "../../../ide/tests/it/memory.rs"]
mod memory;
mod texts;
