//! The protocol, spoken over a connection in memory.

mod client;
mod life;
mod texts;
