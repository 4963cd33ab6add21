//! The protocol, spoken over a connection in memory.

mod asking;
mod client;
mod life;
mod texts;
