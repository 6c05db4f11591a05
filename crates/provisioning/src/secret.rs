use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use scimkit_client::{InvalidToken, Token};
use serde::{Deserialize, Serialize};

/// Where a secret is kept. It is never the secret itself, so it can be stored and shown.
///
/// ```
/// use scimkit_provisioning::SecretReference;
///
/// let reference: SecretReference = "file:/etc/harborline/tenant.token".parse()?;
/// assert_eq!(reference.to_string(), "file:/etc/harborline/tenant.token");
/// assert!("hl_9f2c77".parse::<SecretReference>().is_err());
/// # Ok::<(), scimkit_provisioning::InvalidSecretReference>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum SecretReference {
    /// The environment variable of this name: `env:NAME`.
    Environment(Box<str>),
    /// The file at this path, which holds nothing but the secret: `file:PATH`.
    File(PathBuf),
}

impl FromStr for SecretReference {
    type Err = InvalidSecretReference;

    fn from_str(text: &str) -> Result<Self, InvalidSecretReference> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
                Ok(Self::Environment(name.into()))
            }
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err(InvalidSecretReference),
        }
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl TryFrom<String> for SecretReference {
    type Error = InvalidSecretReference;

    fn try_from(text: String) -> Result<Self, InvalidSecretReference> {
        text.parse()
    }
}

impl From<SecretReference> for String {
    fn from(reference: SecretReference) -> Self {
        reference.to_string()
    }
}

/// A text that does not say where a secret is. It is not shown, since it may be the secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "say where the secret is kept, as `env:NAME` or `file:PATH`; the secret itself is never stored"
)]
pub struct InvalidSecretReference;

/// Fetches secrets from where they are kept.
pub trait SecretSource: Send + Sync {
    /// The token that `reference` points to.
    ///
    /// # Errors
    /// [`SecretError`], which never holds the secret.
    fn resolve(
        &self,
        reference: &SecretReference,
    ) -> impl Future<Output = Result<Token, SecretError>> + Send;
}

/// The secrets of this machine: environment variables and files.
///
/// On Unix, a file that others than its owner may read is refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineSecrets;

impl SecretSource for MachineSecrets {
    async fn resolve(&self, reference: &SecretReference) -> Result<Token, SecretError> {
        match reference {
            SecretReference::Environment(name) => read_variable(name),
            SecretReference::File(path) => read_file(path),
        }
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The file holds only white space.
    #[error("the token file `{0}` is empty: write the secret that the tenant showed into it")]
    EmptyFile(PathBuf),
    /// The variable is set to nothing but white space.
    #[error("the environment variable `{0}` is empty: set it to the secret that the tenant showed")]
    EmptyVariable(Box<str>),
    /// What is kept there is no token.
    #[error("what `{reference}` holds cannot be a token")]
    Invalid {
        /// Where it is kept.
        reference: SecretReference,
        /// What is wrong with it.
        source: InvalidToken,
    },
    /// There is no such variable, or it is no text.
    #[error("the environment variable `{0}` is not set: export it before starting")]
    NoVariable(Box<str>),
    /// Others may read the file.
    #[error("others may read the token file `{0}`: close it with `chmod 600 {0}`")]
    OpenToOthers(PathBuf),
    /// The file cannot be read.
    #[error("the token file `{path}` cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The reference is of a kind that this source does not know, or a source of another crate failed.
    #[error("the secret `{reference}` cannot be fetched")]
    Other {
        /// Where it is kept.
        reference: SecretReference,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn read_variable(name: &str) -> Result<Token, SecretError> {
    let text = env::var(name).map_err(|_| SecretError::NoVariable(name.into()))?;
    let reference = || SecretReference::Environment(name.into());
    token(&text, reference, || SecretError::EmptyVariable(name.into()))
}

fn read_file(path: &Path) -> Result<Token, SecretError> {
    let unreadable = |source| SecretError::Unreadable {
        path: path.into(),
        source,
    };
    let text = {
        let mut file = fs::File::open(path).map_err(unreadable)?;
        if is_open_to_others(&file.metadata().map_err(unreadable)?) {
            return Err(SecretError::OpenToOthers(path.into()));
        }
        io::read_to_string(&mut file).map_err(unreadable)?
    };
    let reference = || SecretReference::File(path.into());
    token(&text, reference, || SecretError::EmptyFile(path.into()))
}

fn token(
    text: &str,
    reference: impl Fn() -> SecretReference,
    empty: impl Fn() -> SecretError,
) -> Result<Token, SecretError> {
    Token::new(text).map_err(|error| match error {
        InvalidToken::Empty => empty(),
        source => SecretError::Invalid {
            reference: reference(),
            source,
        },
    })
}

#[cfg(unix)]
fn is_open_to_others(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
const fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(reference: &str) -> Result<Token, SecretError> {
        pollster::block_on(MachineSecrets.resolve(&reference.parse().unwrap()))
    }

    fn message(reference: &str) -> String {
        resolve(reference).unwrap_err().to_string()
    }

    #[test]
    fn a_reference_reads_back_and_is_no_secret() {
        for text in ["env:HARBORLINE_TOKEN", "file:tenant.token", "file:/a:b"] {
            assert_eq!(text.parse::<SecretReference>().unwrap().to_string(), text);
        }
        for text in ["", "hl_9f2c77", "env:", "file:", "ENV:A", "env:A=B"] {
            let error = text.parse::<SecretReference>().unwrap_err();
            assert!(!error.to_string().contains("hl_"), "{text}");
        }
    }

    #[test]
    fn variables_are_read() {
        assert!(resolve("env:CARGO_MANIFEST_DIR").is_ok());
        insta::assert_snapshot!(
            message("env:HARBORLINE_TOKEN_THAT_IS_NOT_SET"),
            @"the environment variable `HARBORLINE_TOKEN_THAT_IS_NOT_SET` is not set: export it before starting"
        );
    }

    #[cfg(unix)]
    #[test]
    fn files_are_read_unless_others_may_read_them_too() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tenant.token");
        let reference = format!("file:{}", path.display());
        let shown =
            |reference: &str| message(reference).replace(&path.display().to_string(), "PATH");

        insta::assert_snapshot!(shown(&reference), @"the token file `PATH` cannot be read");
        fs::write(&path, "hl_9f2c77\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        insta::assert_snapshot!(shown(&reference), @"others may read the token file `PATH`: close it with `chmod 600 PATH`");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(resolve(&reference).unwrap().expose(), "hl_9f2c77");
        fs::write(&path, " \n").unwrap();
        insta::assert_snapshot!(shown(&reference), @"the token file `PATH` is empty: write the secret that the tenant showed into it");
        fs::write(&path, "hl 9").unwrap();
        insta::assert_snapshot!(shown(&reference), @"what `file:PATH` holds cannot be a token");
    }
}
