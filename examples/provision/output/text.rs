use scimkit::provisioning::{
    CycleEnd, CycleError, CycleReport, IssueKind, LogEntry, LogStatus, ModifiedProperty, OpenIssue,
    ProvisioningAction,
};

use crate::exit::Failure;

/// Entries as a difference: at most so many that succeeded, and all others.
pub(super) fn changes(entries: &[LogEntry], successes: usize) {
    let mut shown = 0;
    for entry in entries {
        if entry.status() == LogStatus::Success {
            shown += 1;
            if shown > successes {
                continue;
            }
        }
        let mark = match (entry.status(), entry.provisioning_action) {
            (LogStatus::Failure, _) => '!',
            (LogStatus::Skipped, _) => '\u{b7}',
            (LogStatus::Warning, _) => '?',
            (_, ProvisioningAction::Create) => '+',
            (_, ProvisioningAction::Delete | ProvisioningAction::Disable) => '-',
            (_, ProvisioningAction::Update) => '~',
            _ => '=',
        };
        let identity = &entry.source_identity;
        println!(
            "{mark} {:<8} {:<6} {}",
            entry.provisioning_action, identity.identity_type, identity.display_name
        );
        if let Some(reason) = entry.reason() {
            println!("      {reason}");
        }
        entry.modified_properties.iter().for_each(change);
    }
    if shown > successes {
        println!(
            "  … and {} more (`provision log` shows all)",
            shown - successes
        );
    }
}

pub(super) fn change(property: &ModifiedProperty) {
    let value = |value: &Option<Box<str>>| value.as_deref().map_or_else(|| "–".to_owned(), short);
    println!(
        "      {}: {} → {}",
        property.display_name,
        value(&property.old_value),
        value(&property.new_value)
    );
}

/// The sums, and what a person has to do.
pub(super) fn conclusion(outcome: &Result<CycleReport, CycleError>, issues: &[OpenIssue]) {
    let report = match outcome {
        Ok(report) => Some(report),
        Err(error) => error.report(),
    };
    if let Some(report) = report {
        for (name, counts) in [("users", &report.users), ("groups", &report.groups)] {
            println!(
                "{name:<12} {} created, {} adopted, {} updated, {} disabled, {} restored, {} deleted, {} unchanged",
                counts.created,
                counts.adopted,
                counts.updated,
                counts.disabled,
                counts.restored,
                counts.deleted,
                counts.unchanged
            );
        }
        println!(
            "memberships  {} added, {} removed",
            report.members_added, report.members_removed
        );
        println!(
            "objects      {} failed, {} skipped, {} deferred references",
            report.failed, report.skipped, report.deferred
        );
        if report.end == CycleEnd::Stopped {
            println!("The cycle was stopped; the next one goes on.");
        }
    }
    let is_worth_a_look =
        |issue: &&OpenIssue| matches!(issue.kind, IssueKind::Failed | IssueKind::Warning);
    let worth: Vec<_> = issues.iter().filter(is_worth_a_look).cloned().collect();
    show_issues(&worth);
    if let Err(error) = outcome {
        let failure = Failure::from_error(error);
        println!("The cycle did not come to its end: {failure}");
    }
}

pub(super) fn show_issues(issues: &[OpenIssue]) {
    for issue in issues.iter().take(ISSUES) {
        println!("{}: {}", issue.code, issue.reason);
        println!("      {}", issue.code.advice());
    }
    if issues.len() > ISSUES {
        println!(
            "… and {} more (`provision status --json` shows all)",
            issues.len() - ISSUES
        );
    }
}

fn short(text: &str) -> String {
    const MOST: usize = 160;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}

/// How many open issues are shown at the end.
const ISSUES: usize = 20;
