use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $advice:literal;)+) => {
        /// What kind of trouble an entry of the provisioning log is about.
        ///
        /// The words are Microsoft's where it has one, so that existing dashboards find them.
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(try_from = "String", into = "&'static str")]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// Every code, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The spelling in logs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// Who has to act: most troubles are nobody's fault but the data's.
            #[must_use]
            pub const fn category(self) -> ErrorCategory {
                match self {
                    Self::InternalServerError
                    | Self::Timeout
                    | Self::TooManyRequests
                    | Self::WebExceptionProtocolError => ErrorCategory::Failure,
                    _ => ErrorCategory::NonServiceFailure,
                }
            }

            /// What a person can do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self {
                    $(Self::$name => $advice,)+
                }
            }
        }
    };
}

codes! {
    /// The target has another object in the way.
    Conflict = "Conflict",
        "Find the object in the target that has this value; rename or remove it, or allow adoption.";
    /// The token ends soon.
    CredentialExpires = "CredentialExpires",
        "Make a new token in the target, put it where the secret is kept, and test the connection, before the old one ends.";
    /// Two objects of the directory want to be one object of the target.
    DuplicateSourceEntries = "DuplicateSourceEntries",
        "Give each of the two its own value in the directory, or take one of them out of scope.";
    /// The look-up found several objects of the target.
    DuplicateTargetEntries = "DuplicateTargetEntries",
        "Remove or rename all but one of them in the target.";
    /// The directory did not give all that it has.
    IncompleteSource = "IncompleteSource",
        "Mend what the reason names, or export the directory again with all its pages; until then nothing that is merely missing is removed.";
    /// The token is not allowed to do this.
    InsufficientRights = "InsufficientRights",
        "Give the token the right to read and write users and groups.";
    /// The target has trouble of its own.
    InternalServerError = "InternalServerError",
        "Nothing to do: it is tried again in the next cycle. Look at the target if it stays.";
    /// The object that was linked is gone from the target.
    InvalidAnchor = "InvalidAnchor",
        "Nothing to do: the object is looked up again, and created if it is not there.";
    /// The target does not accept the token.
    InvalidCredentials = "SystemForCrossDomainIdentityManagementInvalidCredentials",
        "Make a new token in the target, put it where the secret is kept, and test the connection.";
    /// People are each other's managers.
    ManagerCycle = "ManagerCycle",
        "Correct the manager of one of them in the directory.";
    /// An attribute that the target requires has no value.
    MandatoryFieldsMissing = "MandatoryFieldsMissing",
        "Fill the attribute in the directory; the next cycle takes it from there.";
    /// The mapping cannot be applied to the object.
    MappingFailed = "MappingFailed",
        "Correct the value in the directory, or the mapping.";
    /// The target does not have this operation.
    MethodNotAllowed = "MethodNotAllowed",
        "Ask the maker of the target for PATCH and DELETE on users and groups.";
    /// There is no value to look the object up by.
    MissingValues = "MissingValues",
        "Fill the matching attribute in the directory.";
    /// A group is a member of a group.
    NestedGroup = "NestedGroup",
        "Assign the inner group itself, or make its people direct members of the outer one.";
    /// The object is not to be provisioned.
    NotEffectivelyEntitled = "NotEffectivelyEntitled",
        "Enable and assign the account if it should be provisioned.";
    /// The target could not be read as SCIM.
    ServiceIncompatible = "SystemForCrossDomainIdentityManagementServiceIncompatible",
        "Check the base URL, and that the target answers as RFC 7644 says.";
    /// The target does not do what the filter says.
    ServiceIncompatibleFiltering = "SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering",
        "Ask the maker of the target for `eq` filters that compare the whole value.";
    /// The target refuses the request.
    BadRequest = "SystemForCrossDomainIdentityManagementBadRequest",
        "Correct the value that the target names, in the directory or in the mapping.";
    /// Something in the directory looks wrong.
    SuspiciousSource = "SuspiciousSource",
        "Look at the directory or its export.";
    /// No answer in time.
    Timeout = "Timeout",
        "Nothing to do: it is tried again in the next cycle.";
    /// More would be removed than the guard allows.
    TooManyDeletes = "TooManyDeletes",
        "Look at what would be removed; if it is right, allow it for one cycle.";
    /// The target is asked too much.
    TooManyRequests = "TooManyRequests",
        "Nothing to do: it is tried again in the next cycle.";
    /// An object that is referred to is not in the target.
    UnableToResolveReferenceAttributeValue = "UnableToResolveReferenceAttributeValue",
        "Nothing to do once the object it refers to is provisioned: it is tried again in each cycle.";
    /// The target understands the request but cannot follow it.
    UnprocessableEntity = "UnprocessableEntity",
        "Correct the value that the target names, in the directory or in the mapping.";
    /// HTTP did not work.
    WebExceptionProtocolError = "WebExceptionProtocolError",
        "Check that the target runs and can be reached; it is tried again in the next cycle.";
}

/// Who has to act on a trouble, in Graph's words.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ErrorCategory {
    /// The services have trouble of their own, which usually passes.
    Failure,
    /// A person: the directory, the mapping or the target has to be mended.
    #[default]
    NonServiceFailure,
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(text: &str) -> Result<Self, UnknownErrorCode> {
        let found = Self::ALL.iter().find(|code| code.as_str() == text);
        found.copied().ok_or(UnknownErrorCode)
    }
}

impl TryFrom<String> for ErrorCode {
    type Error = UnknownErrorCode;

    fn try_from(text: String) -> Result<Self, UnknownErrorCode> {
        text.parse()
    }
}

impl From<ErrorCode> for &'static str {
    fn from(code: ErrorCode) -> Self {
        code.as_str()
    }
}

/// A text that is no error code of this version.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no such error code")]
pub struct UnknownErrorCode;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_gives_advice() {
        for code in ErrorCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert!(code.advice().ends_with('.'), "{code}");
        }
    }
}
