use clap::ValueEnum;
use scimkit::schema::Compat;

/// A set of leniencies, by the name of the client it is for.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Profile {
    /// The RFCs, and nothing else.
    #[default]
    Strict,
    /// What Microsoft Entra ID sends.
    Entra,
    /// What Okta sends.
    Okta,
    /// Every dialect that can be told apart from an error.
    Lenient,
}

impl From<Profile> for Compat {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Strict => Self::strict(),
            Profile::Entra => Self::entra(),
            Profile::Okta => Self::okta(),
            Profile::Lenient => Self::lenient(),
        }
    }
}

/// The leniencies of a profile that a program names; `otherwise` if it names none.
///
/// # Errors
/// The profiles there are.
pub fn profile(name: Option<&str>, otherwise: Profile) -> Result<Compat, String> {
    let profile = name.map_or(Ok(otherwise), |name| Profile::from_str(name, false));
    profile.map(Compat::from).map_err(|_| {
        let known = "strict, entra, okta and lenient";
        format!("no such profile, the profiles are {known}")
    })
}
