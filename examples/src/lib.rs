//! What the programs in this package share with each other and with the tests of the journey.

mod clock;
mod read_back;

pub use clock::JourneyClock;
pub use read_back::read_back;
