use std::fmt;

/// One named leniency: how a real client departs from the RFCs, and how its bytes are read all the same.
///
/// Every rule works at the door only: what it lets in is translated into the strict model and reported as used. Only
/// [`Rule::LooseReference`] keeps a value that a strict reader refuses: nobody can tell what was meant, and a user without a page is
/// worse than one with a page that is spelled oddly.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Rule {
    /// `"op": "Replace"`: the operation name in any letter case.
    OpCase,
    /// `"True"` and `"false"` in any letter case for a boolean attribute, in bodies and in PATCH.
    StringBoolean,
    /// `{"value": false}` for a single-valued boolean attribute.
    ObjectWrappedBoolean,
    /// `urn:…:User.department`: a dot where a colon belongs, between the URN and the attribute.
    UrnDotAttribute,
    /// `[{"value": "x"}]` for an attribute that is single-valued.
    OneElementArrayForSingle,
    /// `"name.givenName"` as a key in the value of a PATCH operation without path.
    DottedKey,
    /// `"urn:…:User:department"` as a key in the value of a PATCH operation without path.
    UrnKeyWithoutPath,
    /// `"manager": "id"`: a plain value for a complex attribute that has a `value` sub-attribute.
    ScalarManager,
    /// `"emails[type eq \"work\"].value"` as a key in the value of a PATCH operation without path.
    FilterKeyWithoutPath,
    /// A filtered path that selects nothing makes the element from its `eq` terms.
    FilteredPathCreates,
    /// `primary eq "True"`: a boolean compared with text, in filters and in paths.
    FilterStringBoolean,
    /// `""` or null in `replace` or `add` unassigns an optional attribute.
    NullOrEmptyUnassigns,
    /// `remove` with `path: members` and a `value` removes exactly those members.
    RemoveMembersByValue,
    /// `"value": "id"` where a member object belongs.
    BareStringMember,
    /// Members of an operation object that the RFC does not name are left out.
    UnknownOpMemberIgnored,
    /// A readOnly attribute that repeats its present value is left out.
    SameReadOnlyIgnored,
    /// `"operations"` in lower case.
    LowercaseOperations,
    /// A PATCH body without `schemas`.
    MissingPatchSchemas,
    /// `"path": ""` is no path.
    EmptyPathMeansNone,
    /// `emails[type eq "work"].value eq "x"`: a sub-attribute and comparison behind a value path.
    FilterSubAttributeAfterValuePath,
    /// `manager eq "id"` compares the `value` of a single-valued complex attribute.
    FilterComplexMeansValue,
    /// `userType eq Employee`: a bare word as a string.
    FilterBareWord,
    /// `userType eq"Employee"`: no blank before the value.
    FilterMissingBlank,
    /// An unknown attribute in a filter over one resource type has no value instead of being an error.
    FilterUnknownHasNoValue,
    /// An attribute that the schema does not know is left out of a body, and noted.
    UnknownAttributeIgnored,
    /// Members that the tenant does not know are left out of a group write, and noted.
    UnknownMembersIgnored,
    /// A body without `schemas`, with one URN in place of a list, or with URNs the resource type does not know.
    LooseSchemas,
    /// A reference that is no URI, such as the address of a page without its scheme, is kept as it came.
    LooseReference,
}

impl Rule {
    /// Every rule, in the order of declaration.
    pub const ALL: [Self; 28] = [
        Self::OpCase,
        Self::StringBoolean,
        Self::ObjectWrappedBoolean,
        Self::UrnDotAttribute,
        Self::OneElementArrayForSingle,
        Self::DottedKey,
        Self::UrnKeyWithoutPath,
        Self::ScalarManager,
        Self::FilterKeyWithoutPath,
        Self::FilteredPathCreates,
        Self::FilterStringBoolean,
        Self::NullOrEmptyUnassigns,
        Self::RemoveMembersByValue,
        Self::BareStringMember,
        Self::UnknownOpMemberIgnored,
        Self::SameReadOnlyIgnored,
        Self::LowercaseOperations,
        Self::MissingPatchSchemas,
        Self::EmptyPathMeansNone,
        Self::FilterSubAttributeAfterValuePath,
        Self::FilterComplexMeansValue,
        Self::FilterBareWord,
        Self::FilterMissingBlank,
        Self::FilterUnknownHasNoValue,
        Self::UnknownAttributeIgnored,
        Self::UnknownMembersIgnored,
        Self::LooseSchemas,
        Self::LooseReference,
    ];

    const fn bit(self) -> u64 {
        1 << self as u32
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A set of [`Rule`]s: what is accepted beyond the RFCs.
///
/// It is also the report of which rules a request needed.
///
/// ```
/// use scimkit_schema::{Compat, Rule};
///
/// let compat = Compat::strict().with(Rule::OpCase);
/// assert!(compat.allows(Rule::OpCase));
/// assert!(!compat.allows(Rule::StringBoolean));
/// assert!(Compat::entra().contains(Compat::strict()));
/// ```
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Compat(u64);

impl Compat {
    /// The RFCs, and nothing else.
    #[must_use]
    pub const fn strict() -> Self {
        Self(0)
    }

    /// What Microsoft Entra ID sends, in each of its PATCH dialects.
    #[must_use]
    pub fn entra() -> Self {
        Self::lenient()
            .without(Rule::ObjectWrappedBoolean)
            .without(Rule::FilterKeyWithoutPath)
            .without(Rule::UnknownOpMemberIgnored)
            .without(Rule::LowercaseOperations)
            .without(Rule::MissingPatchSchemas)
            .without(Rule::EmptyPathMeansNone)
    }

    /// What Okta sends.
    #[must_use]
    pub fn okta() -> Self {
        [
            Rule::SameReadOnlyIgnored,
            Rule::UnknownAttributeIgnored,
            Rule::UnknownMembersIgnored,
            Rule::LooseSchemas,
            Rule::LooseReference,
            Rule::FilterSubAttributeAfterValuePath,
            Rule::FilterComplexMeansValue,
            Rule::FilterBareWord,
            Rule::FilterMissingBlank,
            Rule::FilterStringBoolean,
        ]
        .into_iter()
        .collect()
    }

    /// Every dialect that can be told apart from an error; the one reading that hides mistakes
    /// ([`Rule::FilterUnknownHasNoValue`]) stays off.
    #[must_use]
    pub fn lenient() -> Self {
        Rule::ALL
            .into_iter()
            .collect::<Self>()
            .without(Rule::FilterUnknownHasNoValue)
    }

    /// This set and `rule`.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        Self(self.0 | rule.bit())
    }

    /// This set without `rule`.
    #[must_use]
    pub const fn without(self, rule: Rule) -> Self {
        Self(self.0 & !rule.bit())
    }

    /// Whether `rule` is in the set.
    #[must_use]
    pub const fn allows(self, rule: Rule) -> bool {
        self.0 & rule.bit() != 0
    }

    /// Whether every rule of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// This set and `other` together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is no rule in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Adds `rule`.
    pub const fn insert(&mut self, rule: Rule) {
        self.0 |= rule.bit();
    }

    /// The rules of the set, in the order of declaration.
    pub fn rules(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.into_iter().filter(move |rule| self.allows(*rule))
    }
}

impl FromIterator<Rule> for Compat {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        rules.into_iter().fold(Self::strict(), Self::with)
    }
}

impl fmt::Debug for Compat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.rules()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_bit_of_its_own() {
        let mut seen = Compat::strict();
        for rule in Rule::ALL {
            assert!(!seen.allows(rule), "{rule}");
            seen.insert(rule);
        }
        assert_eq!(seen.rules().count(), Rule::ALL.len());
    }

    #[test]
    fn the_presets_nest() {
        assert!(Compat::lenient().contains(Compat::entra()));
        assert!(Compat::lenient().contains(Compat::okta()));
        assert!(Compat::strict().is_empty());
        assert!(!Compat::lenient().allows(Rule::FilterUnknownHasNoValue));
    }
}
