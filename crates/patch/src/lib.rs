#![doc = include_str!("../README.md")]

mod apply;
mod diff;
mod error;
mod operation;
mod patch_op;
mod read;

pub use apply::{Applied, MemberChange, apply, changed_paths};
pub use diff::diff;
pub use error::{Error, ErrorKind};
pub use operation::{OpKind, Operation};
pub use patch_op::PatchOp;
pub use read::ReadPatch;

#[cfg(test)]
mod sample;
