//! The memory versions pass the suite that every backend must pass.

use std::sync::Arc;

use scimkit_schema::SchemaSet;
use scimkit_store::{MemoryState, MemoryStore, MemoryTokens};

scimkit_store::conformance! {
    make: || MemoryStore::new(Arc::new(SchemaSet::core_with_unique_group_names())),
    block_on: pollster::block_on
}

scimkit_store::token_conformance! { make: MemoryTokens::new, block_on: pollster::block_on }

scimkit_store::state_conformance! { make: MemoryState::new, block_on: pollster::block_on }
