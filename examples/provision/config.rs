//! The configuration, as it is written.

use std::{num::NonZero, path::PathBuf};

use scimkit::{
    client::SecretPlace,
    provisioning::{
        Adoption, DefaultAccess, DeletionGuard, NewObjects, Options, OutOfScope, Scope,
    },
};
use serde::Deserialize;
use toml::Spanned;

use crate::{exit::Failure, place::Text};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// What the application is saved as.
    pub(crate) name: Spanned<String>,
    /// Where links, log and all else are kept: a SQLite file.
    pub(crate) state: PathBuf,
    pub(crate) source: Spanned<Source>,
    pub(crate) target: Spanned<Target>,
    pub(crate) mapping: Spanned<Mapping>,
    #[serde(default)]
    pub(crate) provisioning: Provisioning,
}

/// One of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) csv: Option<Csv>,
    pub(crate) file: Option<PathBuf>,
    pub(crate) graph: Option<Graph>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Csv {
    pub(crate) users: PathBuf,
    pub(crate) groups: Option<Spanned<PathBuf>>,
    pub(crate) members: Option<Spanned<PathBuf>>,
    pub(crate) assignments: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Graph {
    /// The domain or the id of the Entra tenant.
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) secret: Spanned<String>,
    /// The object id of the enterprise application.
    pub(crate) service_principal: String,
    /// Properties of users that are read besides the usual ones.
    #[serde(default)]
    pub(crate) properties: Vec<String>,
    /// Other addresses than those of the public cloud.
    pub(crate) base_url: Option<Spanned<String>>,
    pub(crate) token_url: Option<Spanned<String>>,
    pub(crate) scope: Option<String>,
}

/// With a token or with an OAuth client.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) url: Spanned<String>,
    pub(crate) token: Option<Spanned<String>>,
    pub(crate) oauth: Option<OAuth>,
    #[serde(default)]
    pub(crate) dialect: Dialect,
    /// Lets plain http leave this machine.
    #[serde(default)]
    pub(crate) plain_http: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth {
    pub(crate) token_url: Spanned<String>,
    pub(crate) client_id: String,
    pub(crate) secret: Spanned<String>,
    pub(crate) scope: Option<String>,
    #[serde(default)]
    pub(crate) secret_in: SecretIn,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SecretIn {
    #[default]
    Body,
    Header,
}

/// In whose words changes are sent.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Dialect {
    /// As Entra words them towards this address.
    Entra,
    #[default]
    Rfc,
}

/// One of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    pub(crate) file: Option<Spanned<PathBuf>>,
    pub(crate) template: Option<Template>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Template {
    Generic,
    Netskope,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provisioning {
    #[serde(default)]
    scope: In,
    #[serde(default)]
    default_access: Access,
    #[serde(default)]
    existing: Existing,
    #[serde(default)]
    out_of_scope: Leavers,
    #[serde(default)]
    guard: Guard,
    interval: Option<Spanned<String>>,
    #[serde(default)]
    new_objects: NewOnes,
    requests_at_once: Option<NonZero<u16>>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum In {
    #[default]
    Assigned,
    Everyone,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Access {
    Exclude,
    #[default]
    Include,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Existing {
    #[default]
    Adopt,
    Refuse,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Leavers {
    #[default]
    Remove,
    Skip,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum NewOnes {
    InBulk,
    #[default]
    OneByOne,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Guard {
    Off,
    #[default]
    On,
}

impl Config {
    pub(crate) fn read(text: &Text) -> Result<Self, Failure> {
        toml::from_str(text.as_str()).map_err(|error| {
            let span = error.span().unwrap_or_default();
            text.wrong(&span, error.message())
        })
    }
}

impl Provisioning {
    pub(crate) fn options(&self, text: &Text) -> Result<Options, Failure> {
        let options = Options::default();
        let at_once = self.requests_at_once.unwrap_or(options.requests_at_once);
        let options = options
            .with_requests_at_once(at_once)
            .with_new_objects(match self.new_objects {
                NewOnes::InBulk => NewObjects::InBulk,
                NewOnes::OneByOne => NewObjects::OneByOne,
            })
            .with_scope(match self.scope {
                In::Assigned => Scope::AssignedOnly,
                In::Everyone => Scope::Everyone,
            })
            .with_default_access(match self.default_access {
                Access::Exclude => DefaultAccess::Exclude,
                Access::Include => DefaultAccess::Include,
            })
            .with_adoption(match self.existing {
                Existing::Adopt => Adoption::Adopt,
                Existing::Refuse => Adoption::Refuse,
            })
            .with_out_of_scope(match self.out_of_scope {
                Leavers::Remove => OutOfScope::Remove,
                Leavers::Skip => OutOfScope::Skip,
            })
            .with_deletion_guard(match self.guard {
                Guard::Off => DeletionGuard::Off,
                Guard::On => DeletionGuard::On,
            });
        match &self.interval {
            None => Ok(options),
            Some(interval) => {
                let seconds = text.read_as(interval, seconds)?;
                Ok(options.with_interval_seconds(seconds))
            }
        }
    }
}

impl From<SecretIn> for SecretPlace {
    fn from(place: SecretIn) -> Self {
        match place {
            SecretIn::Body => Self::Body,
            SecretIn::Header => Self::Header,
        }
    }
}

/// A span of time such as `40m`, in seconds.
fn seconds(text: &str) -> Result<u32, &'static str> {
    const MEND: &str =
        "an interval is a whole number with `s`, `m` or `h` behind it, such as `40m`";
    let unit = text.chars().last().ok_or(MEND)?;
    let number: u32 = text
        .strip_suffix(unit)
        .unwrap_or_default()
        .parse()
        .map_err(|_| MEND)?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        _ => return Err(MEND),
    };
    number
        .checked_mul(factor)
        .filter(|seconds| *seconds > 0)
        .ok_or(MEND)
}
