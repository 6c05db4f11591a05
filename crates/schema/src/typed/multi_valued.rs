use super::field::attributes;

attributes! {
    /// One value of `emails`, `phoneNumbers`, `ims`, `photos`, `entitlements`, `roles` or `x509Certificates`, which all have the
    /// default sub-attributes of [RFC 7643 §2.4](https://www.rfc-editor.org/rfc/rfc7643#section-2.4).
    MultiValued {
        /// The value itself; base64 for a certificate.
        value: Option<String> = "value",
        /// Text to show.
        display: Option<String> = "display",
        /// `type`: what the value is for, such as `work`.
        kind: Option<String> = "type",
        /// Whether this is the preferred value; at most one is.
        primary: Option<bool> = "primary",
    }
}

impl MultiValued {
    /// A value, and nothing said about it.
    ///
    /// ```
    /// use scimkit_schema::typed::MultiValued;
    ///
    /// let phone = MultiValued::new("tel:+47-555-01-10").with_kind("mobile");
    /// assert_eq!(phone.kind.as_deref(), Some("mobile"));
    /// assert_eq!(phone.primary, None);
    /// ```
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            value: Some(value.into()),
            ..Self::default()
        }
    }

    /// Says what the value is for: its `type`.
    #[must_use]
    pub fn with_kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Says whether this is the preferred value.
    #[must_use]
    pub const fn with_primary(mut self, primary: bool) -> Self {
        self.primary = Some(primary);
        self
    }
}
