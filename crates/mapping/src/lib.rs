#![doc = include_str!("../README.md")]

mod error;
pub mod expression;
mod mapping;
mod mapping_set;
pub mod schema;
pub mod scope;
mod source;
mod target_path;
mod value;

pub use self::error::{Error, ErrorKind};
pub use self::expression::{Compiled, Context, Trace};
pub use self::mapping::{
    AttributeMapping, Candidates, ExplainedAttribute, Explanation, FlowNulls, Mapped, MappingKind,
    MappingRow, Note, NoteReason, ObjectMapping, Occasion, Outcome, TargetValue,
    UnresolvedReference,
};
pub use self::mapping_set::MappingSet;
pub use self::schema::SynchronizationSchema;
pub use self::scope::{Scope, ScopeVerdict};
pub use self::source::SourceObject;
pub use self::target_path::TargetPath;
pub use self::value::Value;
