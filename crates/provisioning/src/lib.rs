#![doc = include_str!("../README.md")]

mod application;
mod connection;
mod creations;
mod csv_directory;
mod cycle_record;
mod directory;
mod directory_file;
mod draft;
mod engine;
mod error;
mod error_code;
mod fingerprint;
mod graph;
mod graph_shapes;
mod guard;
mod issues;
mod lease;
mod links;
mod log;
mod manager_cycle;
mod matching;
mod modified;
mod notice;
mod object;
mod options;
mod pause;
mod plan;
mod probe;
mod progress;
mod quarantine;
mod report;
mod scope;
mod secret;
mod state;
mod status;
mod text;

pub use application::{Application, ApplicationError, ApplicationErrorKind};
pub use connection::{Connection, Evidence, TestError, TestedConnection, Untested};
pub use csv_directory::CsvDirectory;
pub use directory::{
    Assignment, Completeness, Directory, DirectoryError, DirectoryErrorKind, MemberKind, Removed,
    Snapshot, SourceGroup, SourceMember, SourceUser,
};
pub use directory_file::DirectoryFile;
#[doc(hidden)]
pub use engine::PlantedBug;
pub use engine::{DryRun, Engine, OnDemand};
pub use error::{CycleError, CycleErrorKind};
pub use error_code::{ErrorCategory, ErrorCode, UnknownErrorCode};
pub use graph::GraphDirectory;
pub use issues::{IssueKind, OpenIssue};
pub use log::{
    Details, ErrorInformation, Identity, Initiator, LogEntry, LogQuery, LogStatus,
    ModifiedProperty, ProvisioningAction, StatusInfo, Step, StepType, System,
};
pub use notice::Notice;
pub use object::{Named, ObjectKind};
pub use options::{
    Adoption, DefaultAccess, DeletionGuard, NewObjects, Options, OutOfScope, Reset, Scope,
};
pub use pause::{NoPause, Pause, Waited};
pub use progress::{Progress, Stage};
pub use quarantine::{Quarantine, QuarantineReason};
pub use report::{Counts, CycleEnd, CycleReport, Phase};
pub use secret::{
    InvalidSecretReference, MachineSecrets, SecretError, SecretReference, SecretSource,
};
pub use status::{CycleState, JobState, Provisioning, Status};
