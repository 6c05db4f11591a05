//! Bad input, at both ends of the wire: each ends in an error or a log entry that names object, cause and mend, the rest goes on, and
//! nothing is half-written.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

mod connecting;
mod raw;
mod receiving;
mod removals;
mod source;
mod target;

use scimkit::{
    mapping::MappingSet,
    provisioning::{LogEntry, Options},
};
use scimkit_tests::{Company, Journey, TestEngine};

/// `mira` and `tomasz` in the group `finance`, which is assigned.
fn two_people() -> Company {
    Company::new()
        .user("mira")
        .user("tomasz")
        .group("finance", &["mira", "tomasz"])
        .assign("Group", &["finance"])
}

/// An engine that is switched on and has not run yet, with the locked template.
async fn switched_on(journey: &Journey, company: &Company, options: Options) -> TestEngine {
    let mappings = MappingSet::netskope_user_authentication();
    switched_on_with(journey, company, mappings, options).await
}

async fn switched_on_with(
    journey: &Journey,
    company: &Company,
    mappings: MappingSet,
    options: Options,
) -> TestEngine {
    company.write(&journey.directory_file());
    let engine = journey.engine_with("Harborline", mappings, options).await;
    engine.start().await.unwrap();
    engine
}

/// What the provisioning log says beside successes, one line each: the status, the code, the sentence.
async fn complaints(journey: &Journey, engine: &TestEngine) -> String {
    let log = journey.log_of(engine, "").await;
    log.iter()
        .filter_map(complaint)
        .collect::<Vec<_>>()
        .join("\n")
}

fn complaint(entry: &LogEntry) -> Option<String> {
    let status = entry.provisioning_status_info.status;
    Some(format!(
        "{status} {}: {}",
        entry.error_code()?,
        entry.reason()?
    ))
}
