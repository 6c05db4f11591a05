//! What people and programs get to see.

mod json_lines;
mod text;

use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use scimkit::{
    provisioning::{
        Application, CycleError, CycleReport, DryRun, LogEntry, OnDemand, OpenIssue, Progress,
        Status,
    },
    schema::DateTime,
};
use serde_json::json;

use self::{
    json_lines::{end, event, events},
    text::{change, changes, conclusion, show_issues},
};
use crate::exit::Failure;

/// Where everything goes: text for people, or lines of JSON for programs.
pub(crate) struct Output {
    form: Form,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    JsonLines,
    Text,
}

/// How far a cycle has come: a bar on a terminal, or lines of JSON.
pub(crate) enum Bar {
    JsonLines,
    Terminal(ProgressBar),
    Nothing,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        let form = if json { Form::JsonLines } else { Form::Text };
        Self { form }
    }

    pub(crate) fn bar(&self) -> Bar {
        if self.form == Form::JsonLines {
            return Bar::JsonLines;
        }
        if !std::io::stderr().is_terminal() {
            return Bar::Nothing;
        }
        let bar = ProgressBar::new(100);
        let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar::Terminal(bar)
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        match self.form {
            Form::JsonLines => event("error", &json!({ "message": failure.to_string() })),
            Form::Text => eprintln!("provision: {failure}"),
        }
    }

    pub(crate) fn tested(&self, application: &Application) {
        let evidence = application.evidence();
        match self.form {
            Form::JsonLines => event(
                "tested",
                &json!({ "application": application.name(), "url": evidence.base_url(), "at": evidence.tested_at().to_string() }),
            ),
            Form::Text => println!(
                "passed: `{}` takes the credentials; `{}` is saved",
                evidence.base_url(),
                application.name()
            ),
        }
    }

    pub(crate) fn cycle(
        &self,
        outcome: &Result<CycleReport, CycleError>,
        entries: &[LogEntry],
        issues: &[OpenIssue],
    ) {
        match self.form {
            Form::JsonLines => {
                events("entry", entries);
                end(outcome);
            }
            Form::Text => {
                changes(entries, SUCCESSES);
                conclusion(outcome, issues);
            }
        }
    }

    pub(crate) fn plan(&self, planned: &DryRun) {
        match self.form {
            Form::JsonLines => {
                events("entry", &planned.entries);
                events("issue", &planned.issues);
                end(&planned.outcome);
            }
            Form::Text => {
                println!("A cycle would do this now; nothing was sent.");
                changes(&planned.entries, usize::MAX);
                conclusion(&planned.outcome, &planned.issues);
            }
        }
    }

    pub(crate) fn on_demand(&self, done: &OnDemand) {
        if self.form == Form::JsonLines {
            events("entry", &done.entries);
            events("issue", &done.issues);
            let because = done.because.as_deref();
            event(
                "onDemand",
                &json!({ "object": done.object, "because": because }),
            );
            return;
        }
        println!("{}", done.object.name);
        match &done.because {
            Some(because) => println!("  in scope: {because}"),
            None => println!("  not in scope"),
        }
        for entry in &done.entries {
            for step in &entry.provisioning_steps {
                println!(
                    "  {:<28} {:<8} {}",
                    step.name, step.status, step.description
                );
            }
            entry.modified_properties.iter().for_each(change);
        }
        if done.entries.is_empty() && done.issues.is_empty() {
            println!("  source and target agree, nothing was sent");
        }
        show_issues(&done.issues);
    }

    pub(crate) fn status(&self, status: &Status, issues: &[OpenIssue]) {
        let text = |moment: &Option<DateTime>| moment.as_ref().map(ToString::to_string);
        if self.form == Form::JsonLines {
            events("issue", issues);
            let shown = json!({
                "provisioning": status.provisioning.to_string(), "state": status.state.to_string(),
                "job": status.job().to_string(), "percent": status.percent, "failedInARow": status.failed_in_a_row,
                "quarantine": status.quarantine, "tokenExpiresAt": text(&status.token_expires_at),
                "users": status.users, "groups": status.groups,
                "openFailures": status.open_failures, "skipped": status.skipped, "deferred": status.deferred_references,
                "lastCompleted": text(&status.last_completed), "lastDurationSeconds": status.last_duration_seconds,
                "steadyStateSince": text(&status.steady_state_since), "intervalSeconds": status.interval_seconds,
                "nextCycleAt": text(&status.next_cycle_at), "lastError": status.last_error,
            });
            event("status", &shown);
            return;
        }
        let or_never = |moment| text(moment).unwrap_or_else(|| "never".to_owned());
        println!(
            "provisioning    {}, {}: {}",
            status.provisioning,
            status.job(),
            status.state
        );
        if let Some(quarantine) = &status.quarantine {
            println!(
                "quarantine      since {}, tried again {}: {}",
                quarantine.since,
                quarantine.next_attempt,
                quarantine.code.advice()
            );
        }
        println!(
            "in the target   {} users, {} groups",
            status.users, status.groups
        );
        println!("last completed  {}", or_never(&status.last_completed));
        println!("next cycle      {}", or_never(&status.next_cycle_at));
        println!(
            "open            {} failed, {} skipped, {} deferred references",
            status.open_failures, status.skipped, status.deferred_references
        );
        if let Some(at) = &status.token_expires_at {
            println!("token           ends {at}");
        }
        if let Some(error) = &status.last_error {
            println!("last error      {error}");
        }
        show_issues(issues);
    }

    /// Entries as Graph has them, one in each line; or as text.
    pub(crate) fn log(&self, entries: &[LogEntry]) {
        match self.form {
            Form::JsonLines => entries
                .iter()
                .for_each(|entry| println!("{}", entry.to_json())),
            Form::Text => {
                for entry in entries {
                    let code = entry.error_code().map_or("", |code| code.as_str());
                    println!(
                        "{:>6}  {}  {:<8} {:<12} {} {code}",
                        entry.number,
                        entry.activity_date_time,
                        entry.status(),
                        entry.provisioning_action,
                        entry.source_identity.display_name
                    );
                    if let Some(reason) = entry.reason() {
                        println!("        {reason}");
                    }
                    entry.modified_properties.iter().for_each(change);
                }
            }
        }
    }
}

impl Bar {
    pub(crate) fn follow(&self, progress: Progress) {
        match self {
            Self::JsonLines => event(
                "progress",
                &json!({
                    "stage": progress.stage.to_string(), "done": progress.done, "total": progress.total, "percent": progress.percent
                }),
            ),
            Self::Terminal(bar) => {
                bar.set_position(u64::from(progress.percent));
                bar.set_message(format!(
                    "{}: {} of {}",
                    progress.stage, progress.done, progress.total
                ));
            }
            Self::Nothing => {}
        }
    }

    pub(crate) fn clear(&self) {
        if let Self::Terminal(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// How many successes a cycle shows.
const SUCCESSES: usize = 20;
