//! The requirements of the RFCs, and the test that proves each: `docs/conformance.md`.

#![expect(
    clippy::unwrap_used,
    reason = "a test talks by panicking, in its functions beside the tests too"
)]

mod answers;
mod bodies;
mod definitions;
mod table;

use std::sync::Arc;

use scimkit::schema::{ResourceType, Schema};

/// The invented type that has every kind of attribute.
fn widget() -> ResourceType {
    let schemas = [
        include_str!("../../../../fixtures/schemas/test-Widget.json"),
        include_str!("../../../../fixtures/schemas/test-WidgetAudit.json"),
    ]
    .map(|text| Arc::new(Schema::from_json(text).unwrap()));
    let text = include_str!("../../../../fixtures/schemas/test-Widget-resourcetype.json");
    ResourceType::from_json(text, &schemas).unwrap()
}
