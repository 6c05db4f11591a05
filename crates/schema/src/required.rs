//! Required attributes have values.

use crate::{Attribute, Complex, Error, ErrorKind, Mutability, Resource, ResourceType, Value};

impl ResourceType {
    /// Checks what must hold of every stored resource of this type: required attributes have values.
    ///
    /// A text without anything but blanks is no value, nor is a list of such texts
    /// ([RFC 7643 §4.1.1](https://www.rfc-editor.org/rfc/rfc7643#section-4.1.1) asks for a `userName` that is not empty). ReadOnly
    /// attributes are not looked at: they are the service provider's to give.
    ///
    /// # Errors
    /// [`ErrorKind::Required`] with the name of the first that has none.
    ///
    /// ```
    /// use scimkit_schema::{Resource, core};
    ///
    /// let error = core::user_type().check_required(&Resource::new(core::USER).with("userName", " ")).unwrap_err();
    /// assert_eq!(error.to_string(), "`userName`: a value is required");
    /// ```
    pub fn check_required(&self, resource: &Resource) -> Result<(), Error> {
        let attributes = self.schema().attributes();
        if let Some(missing) = first_missing(attributes, resource.attributes()) {
            return Err(Error::new(ErrorKind::Required, missing.name().as_str()));
        }
        for extension in self.extensions() {
            let urn = extension.schema.id();
            let missing = resource
                .extension(urn)
                .and_then(|values| first_missing(extension.schema.attributes(), values));
            if let Some(missing) = missing {
                let path = format!("{urn}:{}", missing.name());
                return Err(Error::new(ErrorKind::Required, path));
            }
        }
        Ok(())
    }
}

/// The first of the required attributes that a client did not give.
pub(crate) fn first_missing<'a>(
    attributes: &'a [Attribute],
    values: &Complex,
) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| {
        attribute.is_required()
            && attribute.mutability() != Mutability::ReadOnly
            && values.get(attribute.name()).is_none_or(is_blank)
    })
}

/// Whether nothing is in the value but null and blanks.
fn is_blank(value: &Value) -> bool {
    let blank = |value: &Value| {
        value.is_unassigned() || value.as_str().is_some_and(|text| text.trim().is_empty())
    };
    blank(value) || value.as_list().is_some_and(|list| list.iter().all(blank))
}

#[cfg(test)]
mod tests {
    use crate::{
        Attribute, AttributeType, Compat, JsonLimits, Mutability, Purpose, ResourceType, Schema,
        core, json,
    };

    fn ships() -> ResourceType {
        let text = |name: &str| Attribute::new(name, AttributeType::String).with_required(true);
        let own = |name: &str| text(name).with_mutability(Mutability::ReadOnly);
        let ship = Schema::new(
            "urn:example:ship",
            "Ship",
            [
                text("name"),
                own("berth"),
                Attribute::complex("hull", [text("number"), own("class")]),
            ],
        );
        let crew = Schema::new(
            "urn:example:crew",
            "Crew",
            [
                text("captain"),
                text("mates").with_multi_valued(true),
                own("rank"),
            ],
        );
        ResourceType::new("Ship", "/Ships", ship.unwrap()).with_extension(crew.unwrap(), false)
    }

    fn read(rest: &str) -> Result<String, String> {
        let body = format!(r#"{{"schemas":["urn:example:ship"]{rest}}}"#);
        let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
        let accepted = ships().read(body, Purpose::Create, Compat::strict());
        accepted
            .map(|accepted| accepted.resource.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_client_is_not_asked_for_what_only_the_server_may_set() {
        assert!(read(r#","name":"Ida","hull":{"number":"7"}"#).is_ok());
        let crew = r#","name":"Ida","urn:example:crew":{"captain":"Mira","mates":["Ole"]}"#;
        assert!(read(crew).is_ok());
    }

    #[test]
    fn blanks_are_no_value_wherever_one_is_required() {
        for nothing in ["", r#","name":null"#, r#","name":"""#, r#","name":" \t""#] {
            assert_eq!(
                read(nothing),
                Err("`name`: a value is required".into()),
                "{nothing}"
            );
        }
        let hull = read(r#","name":"Ida","hull":{"number":" "}"#);
        assert_eq!(hull, Err("`hull.number`: a value is required".into()));
        let missing = |fields: &str| {
            read(&format!(r#","name":"Ida","urn:example:crew":{{{fields}}}"#)).unwrap_err()
        };
        let captain = "`urn:example:crew:captain`: a value is required";
        let mates = "`urn:example:crew:mates`: a value is required";
        assert_eq!(missing(r#""captain":"","mates":["Ole"]"#), captain);
        assert_eq!(missing(r#""captain":null,"mates":["Ole"]"#), captain);
        for list in ["[]", "null", r#"[""]"#, "[null]", r#"[null," "]"#] {
            let fields = format!(r#""captain":"Mira","mates":{list}"#);
            assert_eq!(missing(&fields), mates, "{list}");
        }
    }

    #[test]
    fn an_extension_that_says_nothing_is_not_there() {
        assert!(read(r#","name":"Ida","urn:example:crew":{"captain":null}"#).is_ok());
        assert!(read(r#","name":"Ida","urn:example:crew":{}"#).is_ok());
    }

    #[test]
    fn a_blank_user_name_is_refused() {
        let body = json::parse_object(br#"{"userName":"  "}"#, JsonLimits::default()).unwrap();
        let error = core::user_type().read(body, Purpose::Create, Compat::lenient());
        assert_eq!(
            error.unwrap_err().to_string(),
            "`userName`: a value is required"
        );
    }
}
