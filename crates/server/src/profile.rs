use scimkit_schema::Compat;

use scimkit_protocol::media_type;

/// How a service reads and answers: data, so that a new dialect needs no code.
///
/// ```
/// use scimkit_schema::Rule;
/// use scimkit_server::Profile;
///
/// assert!(Profile::entra().compat.allows(Rule::OpCase));
/// assert!(!Profile::strict().compat.allows(Rule::OpCase));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Profile {
    /// The name, for logs and command lines.
    pub name: &'static str,
    /// What is accepted beyond the RFCs.
    pub compat: Compat,
    /// What a successful PATCH answers.
    pub patch_answer: PatchAnswer,
    /// When a group shows its members.
    pub members: MembersShown,
    /// Which of the groups it is in a user shows.
    pub user_groups: UserGroups,
    /// The media type of error bodies.
    pub error_media_type: &'static str,
    /// Whether a request that accepts no JSON is refused with 406; else it is answered in `application/scim+json`.
    pub obeys_accept: bool,
}

/// What a successful PATCH answers ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2) allows either).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PatchAnswer {
    /// 204 for groups, whose members may be many; 200 with the resource for the rest.
    ByType,
    /// 204, unless attributes were asked for.
    NoContent,
    /// 200 with the resource.
    Resource,
}

/// When a group shows its members.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MembersShown {
    /// Unless they were excluded, as the schema says.
    ByDefault,
    /// Only when they were asked for by name.
    OnRequest,
}

/// Which of the groups it is in a user shows ([RFC 7643 §4.1.2](https://www.rfc-editor.org/rfc/rfc7643#section-4.1.2)).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserGroups {
    /// None.
    Hidden,
    /// Those it is a member of.
    Direct,
    /// Those, and as `indirect` the ones that they are nested in, however deep. Filters see the direct ones only.
    Nested,
}

impl Profile {
    /// The RFCs to the letter.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            name: "strict",
            compat: Compat::strict(),
            patch_answer: PatchAnswer::ByType,
            members: MembersShown::ByDefault,
            user_groups: UserGroups::Direct,
            error_media_type: media_type::SCIM_JSON,
            obeys_accept: true,
        }
    }

    /// Everything that real clients send, without weaker results.
    #[must_use]
    pub fn lenient() -> Self {
        Self {
            name: "lenient",
            compat: Compat::lenient(),
            obeys_accept: false,
            ..Self::strict()
        }
    }

    /// For Microsoft Entra ID.
    #[must_use]
    pub fn entra() -> Self {
        Self {
            name: "entra",
            compat: Compat::entra(),
            obeys_accept: false,
            ..Self::strict()
        }
    }

    /// For Okta.
    #[must_use]
    pub fn okta() -> Self {
        Self {
            name: "okta",
            compat: Compat::okta(),
            obeys_accept: false,
            ..Self::strict()
        }
    }

    /// What a Netskope tenant can be observed to do: PATCH answers 204, members on request only, no groups on users, errors in
    /// `application/json`.
    #[must_use]
    pub fn netskope() -> Self {
        Self {
            name: "netskope",
            compat: Compat::lenient(),
            patch_answer: PatchAnswer::NoContent,
            members: MembersShown::OnRequest,
            user_groups: UserGroups::Hidden,
            error_media_type: media_type::JSON,
            obeys_accept: false,
        }
    }

    /// The profile called `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [
            Self::strict(),
            Self::lenient(),
            Self::entra(),
            Self::okta(),
            Self::netskope(),
        ]
        .into_iter()
        .find(|profile| profile.name == name)
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::lenient()
    }
}
