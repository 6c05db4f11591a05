use super::field::attributes;

attributes! {
    /// A postal address ([RFC 7643 §4.1.2](https://www.rfc-editor.org/rfc/rfc7643#section-4.1.2)).
    ///
    /// ```
    /// use scimkit_schema::typed::Address;
    ///
    /// let quay = Address {
    ///     street_address: Some("7 Quay Road".into()),
    ///     country: Some("NO".into()),
    ///     ..Address::default()
    /// };
    /// assert_eq!(quay.locality, None);
    /// ```
    Address {
        /// The whole address, ready to show; lines end with a line feed.
        formatted: Option<String> = "formatted",
        /// Street, number, floor.
        street_address: Option<String> = "streetAddress",
        /// City.
        locality: Option<String> = "locality",
        /// State or region.
        region: Option<String> = "region",
        /// Postal code.
        postal_code: Option<String> = "postalCode",
        /// Country, by the two letters of ISO 3166-1.
        country: Option<String> = "country",
        /// `type`: `work`, `home`, `other`.
        kind: Option<String> = "type",
        /// Whether this is the preferred address; at most one is.
        primary: Option<bool> = "primary",
    }
}
