//! Compressed answers.

mod bomb;
mod brotli_bomb;
mod coding;

pub(crate) use bomb::bomb;
pub use coding::Coding;
