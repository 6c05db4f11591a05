use scimkit::provisioning::{Counts, CycleError, CycleReport};
use serde::Serialize;
use serde_json::{Value, json};

/// One line of JSON that says in `event` what it is about.
pub(super) fn event(name: &str, about: &impl Serialize) {
    let mut line = serde_json::to_value(about).unwrap_or_default();
    if let Some(members) = line.as_object_mut() {
        members.insert("event".to_owned(), name.into());
    }
    println!("{line}");
}

/// One line for each.
pub(super) fn events(name: &str, about: &[impl Serialize]) {
    for about in about {
        event(name, about);
    }
}

/// How a cycle ended, as a line of JSON.
pub(super) fn end(outcome: &Result<CycleReport, CycleError>) {
    let report = match outcome {
        Ok(report) => Some(report),
        Err(error) => error.report(),
    };
    let mut shown = report.map_or_else(|| json!({}), report_json);
    if let (Some(members), Err(error)) = (shown.as_object_mut(), outcome) {
        members.insert("error".to_owned(), error.to_string().into());
    }
    event("report", &shown);
}

fn report_json(report: &CycleReport) -> Value {
    json!({
        "cycleId": report.cycle_id, "started": report.started.to_string(), "ended": report.ended.to_string(),
        "users": counts_json(&report.users), "groups": counts_json(&report.groups),
        "membersAdded": report.members_added, "membersRemoved": report.members_removed, "references": report.references,
        "failed": report.failed, "skipped": report.skipped, "deferred": report.deferred,
    })
}

fn counts_json(counts: &Counts) -> Value {
    json!({
        "created": counts.created, "adopted": counts.adopted, "updated": counts.updated, "disabled": counts.disabled,
        "restored": counts.restored, "deleted": counts.deleted, "unchanged": counts.unchanged,
    })
}
