use std::sync::Arc;

use scimkit_schema::{ResourceType, Schema, core};

/// The core types and the invented `Widget`, which has every type and characteristic.
pub(crate) fn types() -> Vec<Arc<ResourceType>> {
    let schemas = [
        include_str!("../../../../fixtures/schemas/test-Widget.json"),
        include_str!("../../../../fixtures/schemas/test-WidgetAudit.json"),
    ]
    .map(|text| Arc::new(Schema::from_json(text).unwrap()));
    let widget = ResourceType::from_json(
        include_str!("../../../../fixtures/schemas/test-Widget-resourcetype.json"),
        &schemas,
    )
    .unwrap();
    vec![
        Arc::new(core::user_type()),
        Arc::new(core::group_type()),
        Arc::new(widget),
    ]
}

pub(crate) fn one(name: &str) -> Vec<Arc<ResourceType>> {
    let mut types = types();
    types.retain(|known| known.name() == name);
    types
}
