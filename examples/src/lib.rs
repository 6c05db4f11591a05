//! What the programs in this package share with each other and with the tests of the journey.

mod clock;
mod json_lines;
mod known_types;
mod profile;
mod read_back;

pub use clock::JourneyClock;
pub use json_lines::{BrokenLine, Line, answer_lines};
pub use known_types::{KnownTypes, read_file};
pub use profile::{Profile, profile};
pub use read_back::read_back;
