//! What the crate does as a whole.

#![expect(
    clippy::unwrap_used,
    reason = "a test talks by panicking, in its functions beside the tests too"
)]

mod stack;
