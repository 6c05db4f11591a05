use super::field::attributes;

attributes! {
    /// The enterprise extension of users ([RFC 7643 §4.3](https://www.rfc-editor.org/rfc/rfc7643#section-4.3)).
    ///
    /// ```
    /// use scimkit_schema::typed::{EnterpriseUser, Manager};
    ///
    /// let mira = EnterpriseUser {
    ///     department: Some("Pilotage".into()),
    ///     manager: Some(Manager::new("u2")),
    ///     ..EnterpriseUser::default()
    /// };
    /// assert_eq!(mira.cost_center, None);
    /// ```
    EnterpriseUser {
        /// The number that the organization gave.
        employee_number: Option<String> = "employeeNumber",
        /// Cost center.
        cost_center: Option<String> = "costCenter",
        /// Organization.
        organization: Option<String> = "organization",
        /// Division.
        division: Option<String> = "division",
        /// Department.
        department: Option<String> = "department",
        /// Who manages the user.
        manager: Option<Manager> = "manager",
    }
}

attributes! {
    /// The user who manages a user ([RFC 7643 §4.3](https://www.rfc-editor.org/rfc/rfc7643#section-4.3)).
    Manager {
        /// The manager's `id`.
        value: Option<String> = "value",
        /// `$ref`: the manager's URI.
        reference: Option<String> = "$ref",
        /// The manager's name, which the service provider fills in.
        display_name: Option<String> = "displayName",
    }
}

impl Manager {
    /// The manager with this `id`.
    ///
    /// ```
    /// assert_eq!(scimkit_schema::typed::Manager::new("u2").value.as_deref(), Some("u2"));
    /// ```
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            value: Some(id.into()),
            ..Self::default()
        }
    }
}
