use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use scimkit::{
    provisioning::{ErrorCode, LogStatus, ObjectKind, ProvisioningAction},
    schema::DateTime,
};

/// Provisions a directory into a SCIM service, as Microsoft Entra's provisioning service would.
///
/// Exit codes: 0 done, 1 wrong usage or configuration, 2 done with failures, 3 stopped by the guard, 4 the target cannot be worked with, 5 the
/// source is incomplete.
#[derive(Debug, Parser)]
#[command(name = "provision")]
pub(crate) struct Arguments {
    /// The configuration.
    #[arg(
        long,
        short,
        global = true,
        value_name = "FILE",
        default_value = "provision.toml"
    )]
    pub(crate) config: PathBuf,
    /// Answers in lines of JSON, for other programs.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tests the connection, and saves the application if it works. Nothing is created or changed in the target.
    Test,
    /// Shows what a cycle would do now. Directory and target are read, nothing is sent.
    Plan,
    /// Runs one cycle now.
    Run {
        /// Lets this cycle disable, delete and remove as much as it wants.
        #[arg(long)]
        allow_deletions: bool,
    },
    /// Runs a cycle whenever one is due, until Ctrl-C.
    Watch {
        /// Ends after so many cycles.
        #[arg(long, value_name = "NUMBER")]
        cycles: Option<usize>,
    },
    /// Brings one user or group over now, and shows the steps.
    OnDemand {
        /// What it is.
        kind: Kind,
        /// The object id, the user principal name or the display name.
        #[arg(value_name = "NAME")]
        which: String,
    },
    /// Shows how provisioning stands, and what stands open.
    Status,
    /// Shows the provisioning log, oldest entries first.
    Log(LogArguments),
}

#[derive(Debug, clap::Args)]
pub(crate) struct LogArguments {
    /// About the object with this id at either end, or with this in its name.
    #[arg(long, value_name = "NAME")]
    pub(crate) about: Option<String>,
    /// With this status.
    #[arg(long)]
    pub(crate) status: Option<Status>,
    /// With this action.
    #[arg(long)]
    pub(crate) action: Option<Action>,
    /// With this kind of trouble, such as `NestedGroup`.
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<ErrorCode>,
    /// From this moment on, such as `2026-11-24T12:00:00Z`.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<DateTime>,
    /// Before this moment.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<DateTime>,
    /// Behind the entry of this number.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) after: u64,
    /// At most so many entries.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    Group,
    User,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Status {
    Failure,
    Skipped,
    Success,
    Warning,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Action {
    Create,
    Delete,
    Disable,
    Other,
    #[value(name = "stageddelete")]
    StagedDelete,
    Update,
}

impl From<Kind> for ObjectKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Group => Self::Group,
            Kind::User => Self::User,
        }
    }
}

impl From<Status> for LogStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Failure => Self::Failure,
            Status::Skipped => Self::Skipped,
            Status::Success => Self::Success,
            Status::Warning => Self::Warning,
        }
    }
}

impl From<Action> for ProvisioningAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Create => Self::Create,
            Action::Delete => Self::Delete,
            Action::Disable => Self::Disable,
            Action::Other => Self::Other,
            Action::StagedDelete => Self::StagedDelete,
            Action::Update => Self::Update,
        }
    }
}
