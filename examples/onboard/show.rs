//! How the journey looks on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use scimkit::{
    mapping::{MappingKind, MappingSet},
    provisioning::{CycleReport, LogEntry, LogStatus, Progress, Status},
};

pub(crate) fn step(title: &str) {
    println!("\n\u{2022} {title}");
}

pub(crate) fn line(text: impl AsRef<str>) {
    for line in text.as_ref().lines() {
        println!("    {line}");
    }
}

/// A bar that follows a cycle; nothing where the output is no terminal.
pub(crate) fn bar() -> ProgressBar {
    let bar = ProgressBar::new(100);
    let style = ProgressStyle::with_template("    {bar:40} {percent:>3} %  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

pub(crate) fn follow(bar: &ProgressBar, progress: Progress) {
    bar.set_position(u64::from(progress.percent));
    bar.set_message(format!(
        "{}: {} of {}",
        progress.stage, progress.done, progress.total
    ));
}

pub(crate) fn mappings(set: &MappingSet) {
    for object in set.objects() {
        line(format!(
            "{} → {}",
            object.source_object(),
            object.target_object()
        ));
        for row in object.describe() {
            let kind = match row.kind {
                MappingKind::Direct => "direct",
                MappingKind::Constant => "constant",
                MappingKind::Expression => "expression",
                MappingKind::None => "none",
            };
            let matching = row
                .matching
                .map(|priority| format!("  matching {priority}"))
                .unwrap_or_default();
            let required = if row.required { "  required" } else { "" };
            line(format!(
                "  {:<60} → {:<28} {kind}{matching}{required}",
                row.source, row.target
            ));
        }
    }
}

pub(crate) fn report(report: &CycleReport) {
    for (name, counts) in [("users", &report.users), ("groups", &report.groups)] {
        line(format!(
            "{name}: {} created, {} adopted, {} updated, {} disabled, {} restored, {} deleted, {} unchanged",
            counts.created,
            counts.adopted,
            counts.updated,
            counts.disabled,
            counts.restored,
            counts.deleted,
            counts.unchanged
        ));
    }
    line(format!(
        "memberships: {} added, {} removed",
        report.members_added, report.members_removed
    ));
    line(format!(
        "{} failed, {} skipped, {} deferred references",
        report.failed, report.skipped, report.deferred
    ));
}

pub(crate) fn status(status: &Status) {
    line(format!(
        "{}, {} %, provisioning {}",
        status.state, status.percent, status.provisioning
    ));
    line(format!(
        "{} users and {} groups provisioned, open failures: {}",
        status.users, status.groups, status.open_failures
    ));
    if let Some(next) = &status.next_cycle_at {
        line(format!(
            "every {} minutes, next cycle at {next}",
            status.interval_seconds / 60
        ));
    }
}

/// Log entries: all that did not succeed, and the first few that did.
pub(crate) fn log(entries: &[LogEntry], successes: usize) {
    let mut shown = 0;
    for entry in entries {
        if entry.status() == LogStatus::Success {
            shown += 1;
            if shown > successes {
                continue;
            }
        }
        let code = entry
            .error_code()
            .map(|code| format!(" {code}"))
            .unwrap_or_default();
        line(format!(
            "{:>4} {:<8} {:<8} {}{code}",
            entry.number,
            word(entry.status()),
            word(entry.provisioning_action),
            short(&entry.source_identity.display_name)
        ));
        if let Some(reason) = entry.reason() {
            line(format!("       {}", short(reason)));
        }
        for change in &entry.modified_properties {
            let value =
                |value: &Option<Box<str>>| value.as_deref().map_or_else(|| "–".to_owned(), short);
            line(format!(
                "       {}: {} → {}",
                change.display_name,
                value(&change.old_value),
                value(&change.new_value)
            ));
        }
    }
    if shown > successes {
        line(format!(
            "     … and {} more that succeeded",
            shown - successes
        ));
    }
}

fn word(kind: impl std::fmt::Debug) -> String {
    format!("{kind:?}").to_lowercase()
}

fn short(text: &str) -> String {
    const MOST: usize = 160;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}
