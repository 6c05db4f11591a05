#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub mod conformance;
mod decision;
mod error;
mod event;
mod key;
mod memory;
mod query;
mod selection;
mod sort;
mod token_row;
mod traits;
mod unique;
mod write;

pub use decision::{Before, Change, Decision};
pub use error::StoreError;
pub use event::{Action, Changed, Draft, Event, EventQuery, Shown};
pub use key::{Key, Stored, display_name, shown_name};
pub use memory::{MemoryState, MemoryStore, MemoryTenants, MemoryTokens};
pub use query::{Page, Query, Start, Total, read_place, write_place};
pub use selection::Selection;
pub use sort::{Direction, Sort, SortError, SortedBy};
pub use token_row::{InvalidTenantId, Scope, TenantId, TokenRow};
pub use traits::{Answer, Edit, Entry, Relation, StateStore, Store, Tenants, Tokens};
pub use unique::{UniqueValue, unique_values};
pub use write::{Document, Expect, UnknownMembers, Write, Written};
