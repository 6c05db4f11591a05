#![doc = include_str!("../README.md")]

mod clock;
mod ids;
mod random;

pub use clock::SystemClock;
pub use ids::UuidV7Ids;
pub use random::SystemRandom;
