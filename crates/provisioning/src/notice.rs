use scimkit_schema::DateTime;

use crate::Quarantine;

/// Something that a person should hear of at once, by mail or otherwise: each once.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// The job was disabled after it had been in quarantine for 28 days.
    Disabled(Quarantine),
    /// The job went into quarantine. There is no other notice before it has left it.
    Quarantined(Quarantine),
    /// The token ends soon.
    TokenExpires {
        /// When.
        at: DateTime,
    },
}
