//! Stores that keep everything in memory: for tests, examples and small services that may forget.

mod state;
mod tenant;
mod tenants;
mod tokens;

pub use state::MemoryState;
pub use tenant::MemoryStore;
pub use tenants::MemoryTenants;
pub use tokens::MemoryTokens;
