//! What went wrong in other products, and what holds it off here: each has a test of its own that names the case.
//!
//! Some are held by tests that stand elsewhere:
//!
//! | case | what is held | test |
//! | --- | --- | --- |
//! | CVE-2026-32130 (a path spelled differently skipped the authentication) | every spelling of every route asks for a token | `hostile::routes` |
//! | CVE-2025-4210 (a route without authorisation) | there is no answer without an `Admission`, and only `admit` makes one | `hostile::routes` |
//! | wso2/product-is#19541, charon#400 (bulk without a limit) | one operation too many is 413 and does nothing | `bulk::a_request_that_passes_a_limit_is_413_names_it_and_does_nothing` |
//! | ShiftControl-io/scim-v2-rust#49 (recursive drop) | the deepest values are dropped on a small stack | `crates/schema/tests/it/stack.rs`, and [`stack`] here |
//! | sourcegraph#49414 (secrets compared byte by byte) | comparison in constant time, also on a miss | `subtle` in `credentials.rs`; no test can tell |
//! | gitlab#435096 (tokens that live for ever) | expiry, revocation, rotation | `auth::tokens_expire_and_are_revoked_one_by_one`, `oauth::a_rotated_token_works_beside_the_new_one_for_a_while` |

mod accounts;
mod policy;
mod reads;
mod stack;
mod tenants;
mod tokens;
