use super::field::attributes;

attributes! {
    /// The parts of a user's name ([RFC 7643 §4.1.1](https://www.rfc-editor.org/rfc/rfc7643#section-4.1.1)).
    ///
    /// ```
    /// use scimkit_schema::typed::PersonName;
    ///
    /// let name = PersonName {
    ///     given_name: Some("Mira".into()),
    ///     family_name: Some("Okafor".into()),
    ///     ..PersonName::default()
    /// };
    /// assert!(name.extra.is_empty());
    /// ```
    PersonName {
        /// The full name, ready to show.
        formatted: Option<String> = "formatted",
        /// Family name.
        family_name: Option<String> = "familyName",
        /// Given name.
        given_name: Option<String> = "givenName",
        /// Middle name, or several.
        middle_name: Option<String> = "middleName",
        /// Title before the name.
        honorific_prefix: Option<String> = "honorificPrefix",
        /// Suffix behind the name.
        honorific_suffix: Option<String> = "honorificSuffix",
    }
}
