//! The expression of a source that has only Microsoft's tree of it, or not even that.

use super::{AttributeMappingSource, MappingSourceType, Parameter};
use crate::error::{Error, ErrorKind, excerpt};
use crate::expression::{Expression, MAX_DEPTH};

impl AttributeMappingSource {
    /// The expression: its text, or what `type`, `name` and `parameters` say if there is no text.
    ///
    /// The tree leaves empty arguments out. They come back where the keys of the arguments tell their places, as for `Replace`, and
    /// for `Switch`, whose default value is missing if the number of arguments is odd; other functions take their arguments in the
    /// order of the tree.
    ///
    /// # Errors
    /// [`Error`] if the text is no expression, or if the tree does not say which one it is.
    pub fn to_expression(&self) -> Result<Expression, Error> {
        self.rebuilt(0)
    }

    fn rebuilt(&self, depth: usize) -> Result<Expression, Error> {
        let text = self.expression.as_str();
        if !text.is_empty() {
            return text.parse();
        }
        let name = self.name.as_str();
        match self.r#type.or_default() {
            MappingSourceType::Attribute if !name.is_empty() => {
                Ok(Expression::Attribute(name.into()))
            }
            MappingSourceType::Constant => Ok(Expression::Text(name.into())),
            MappingSourceType::Function if !name.is_empty() => self.call(depth),
            _ => Err(Error::new(ErrorKind::MissingExpression)),
        }
    }

    fn call(&self, depth: usize) -> Result<Expression, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep { limit: MAX_DEPTH }));
        }
        let name = self.name.as_str();
        let mut arguments: Vec<String> = Vec::new();
        let keys = keys_of(name);
        for parameter in self.parameters.as_slice() {
            let place = match keys {
                None => arguments.len(),
                Some(keys) => place(keys, parameter).ok_or_else(|| {
                    let key = excerpt(parameter.key.as_str());
                    let function = excerpt(name);
                    Error::new(ErrorKind::UnknownParameter { function, key })
                })?,
            };
            let argument = match parameter.value.as_ref() {
                None => String::new(),
                Some(value) => value.rebuilt(depth + 1)?.to_string(),
            };
            while arguments.len() <= place {
                arguments.push(String::new());
            }
            if let Some(slot) = arguments.get_mut(place) {
                *slot = argument;
            }
        }
        if name == "Switch" && arguments.len() % 2 == 1 {
            arguments.insert(1, String::new());
        }
        // `Replace` chooses its mode by what is there, and is written with all its commas.
        while keys.is_some_and(|keys| arguments.len() < keys.len()) {
            arguments.push(String::new());
        }
        format!("{name}({})", arguments.join(", ")).parse()
    }
}

/// The keys of the functions that leave arguments in the middle out, in the order of the arguments; each with the spellings that
/// were seen or documented.
fn keys_of(function: &str) -> Option<&'static [&'static [&'static str]]> {
    match function {
        "Mid" => Some(&[&["source"], &["start"], &["length"]]),
        "Replace" => Some(&[
            &["source"],
            &["Find", "oldValue"],
            &["regexPattern"],
            &["regexGroupName"],
            &["Replacement", "replacementValue"],
            &["replacementAttributeName"],
            &["template"],
        ]),
        _ => None,
    }
}

fn place(keys: &[&[&str]], parameter: &Parameter) -> Option<usize> {
    let key = parameter.key.as_str();
    let matches = |spellings: &&[&str]| {
        spellings
            .iter()
            .any(|known| known.eq_ignore_ascii_case(key))
    };
    keys.iter().position(matches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rebuilt(source: &Value) -> String {
        let source: AttributeMappingSource = serde_json::from_value(source.clone()).unwrap();
        source
            .to_expression()
            .map_or_else(|error| error.to_string(), |it| it.to_string())
    }

    fn argument(key: &str, kind: &str, name: &str) -> Value {
        json!({ "key": key, "value": { "type": kind, "name": name } })
    }

    #[test]
    fn what_has_no_text_is_rebuilt() {
        let mail = argument("source", "attribute", "mail");
        let rows = [
            json!({ "name": "mail" }),
            json!({ "type": "Constant", "name": "a \"b\" \\" }),
            json!({ "type": "Constant", "expression": "\"/tests\"" }),
            json!({ "type": "Function", "name": "Not", "parameters": [mail] }),
            json!({ "type": "Function", "name": "Mid", "parameters": [
                mail, argument("length", "Constant", "8"), argument("start", "Constant", "1"),
            ] }),
            json!({ "type": "Function", "name": "Replace", "parameters": [
                mail, argument("Find", "Constant", "-"), argument("Replacement", "Constant", "_"),
            ] }),
            json!({ "type": "Function", "name": "Switch", "parameters": [
                mail, argument("0", "Constant", "False"), argument("1", "Constant", "True"),
            ] }),
            json!({ "type": "Function", "name": "Switch", "parameters": [
                mail, argument("0", "Constant", "x"), argument("1", "Constant", "False"), argument("2", "Constant", "True"),
            ] }),
            json!({ "type": "Function", "name": "Append", "parameters": [
                { "key": "source", "value": { "type": "Function", "name": "ToLower", "parameters": [mail] } },
                { "key": "suffix", "value": { "type": "Constant", "expression": "\"x\"" } },
            ] }),
            json!({ "type": "Function", "name": "Guid", "parameters": null }),
        ];
        insta::assert_snapshot!(rows.map(|row| rebuilt(&row)).join("\n"), @r#"
        [mail]
        "a \"b\" \\"
        "/tests"
        Not([mail])
        Mid([mail], "1", "8")
        Replace([mail], "-", , , "_", , )
        Switch([mail], , "False", "True")
        Switch([mail], "x", "False", "True")
        Append(ToLower([mail]), "x")
        Guid()
        "#);
    }

    #[test]
    fn what_says_too_little_is_refused() {
        let rows = [
            json!({}),
            json!({ "type": "Function" }),
            json!({ "type": "Someday", "name": "x" }),
            json!({ "type": "Function", "name": "Replace", "parameters": [argument("what", "Constant", "x")] }),
            json!({ "type": "Function", "name": "a b" }),
        ];
        insta::assert_snapshot!(rows.map(|row| rebuilt(&row)).join("\n"), @r#"
        the expression is missing, and there is no name that says what to take instead
        the expression is missing, and there is no name that says what to take instead
        the expression is missing, and there is no name that says what to take instead
        nobody knows where `Replace` takes its parameter `what`: give the expression as text
        expected `(`, found `b` (at byte 2)
        "#);
    }

    #[test]
    fn the_trees_of_the_templates_say_what_their_texts_say() {
        let mut trees = 0;
        for set in [
            crate::MappingSet::generic_scim(),
            crate::MappingSet::netskope_user_authentication(),
        ] {
            let rules = set.schema().synchronization_rules.as_slice().iter();
            let mappings = rules.flat_map(|rule| rule.object_mappings.as_slice());
            let attributes = mappings.flat_map(|mapping| mapping.attribute_mappings.as_slice());
            for source in attributes.filter_map(|attribute| attribute.source.as_ref()) {
                let mut tree = source.clone();
                tree.expression = super::super::Member::Absent;
                assert_eq!(tree.to_expression(), source.to_expression());
                trees += 1;
            }
        }
        assert!(trees > 30);
    }

    #[test]
    fn a_tree_deeper_than_any_expression_is_refused() {
        let mut source = AttributeMappingSource::default();
        for _ in 0..1_000 {
            let inner = Parameter {
                value: source.into(),
                ..Parameter::default()
            };
            source = AttributeMappingSource {
                r#type: MappingSourceType::Function.into(),
                name: "ToLower".to_owned().into(),
                parameters: vec![inner].into(),
                ..AttributeMappingSource::default()
            };
        }
        let error = source.to_expression().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::TooDeep { .. }));
    }
}
