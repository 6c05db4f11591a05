//! A small resource and a filter that is asked of it, made by the schema from a fuzzer's bytes: far more of them fit each other than of
//! what random text holds.

use arbitrary::{Result, Unstructured};
use scimkit_schema::{Attribute, AttributeType, ResourceType, Returned, core};
use serde_json::{Map, Value, json};

/// A filter, and a resource as JSON.
pub struct Pair {
    pub filter: String,
    pub body: Value,
}

impl Pair {
    /// Makes a pair for a type. Most filters fit it.
    pub fn new(bytes: &mut Unstructured<'_>, resource_type: &ResourceType) -> Result<Self> {
        let body = resource(bytes, resource_type)?;
        let filter = any(bytes, &Names::of(resource_type), 3)?;
        Ok(Self { filter, body })
    }
}

/// What a filter may speak of, and how it is spelled.
struct Names<'a> {
    attributes: Vec<(String, &'a Attribute)>,
    containers: Vec<String>,
    in_brackets: bool,
}

impl<'a> Names<'a> {
    fn of(resource_type: &'a ResourceType) -> Self {
        let urn = resource_type.schema().id();
        let common = core::common().attributes().iter();
        let own = resource_type.schema().attributes().iter();
        let mut attributes: Vec<_> = common
            .chain(own.clone())
            .map(|attribute| (attribute.name().to_string(), attribute))
            .collect();
        attributes.extend(own.map(|attribute| (format!("{urn}:{}", attribute.name()), attribute)));
        for extension in resource_type.extensions() {
            let urn = extension.schema.id();
            for attribute in extension.schema.attributes() {
                attributes.push((format!("{urn}:{}", attribute.name()), attribute));
            }
        }
        attributes.retain(|(_, attribute)| attribute.returned() != Returned::Never);
        let extensions = resource_type.extensions().iter();
        let containers = extensions.map(|extension| extension.schema.id().to_string());
        Self {
            attributes,
            containers: containers.collect(),
            in_brackets: false,
        }
    }

    fn inside(attribute: &'a Attribute) -> Self {
        let attributes = match attribute.sub_attributes() {
            [] => vec![("value".to_owned(), attribute)],
            subs => subs
                .iter()
                .map(|sub| (sub.name().to_string(), sub))
                .collect(),
        };
        Self {
            attributes,
            containers: Vec::new(),
            in_brackets: true,
        }
    }
}

fn any(bytes: &mut Unstructured<'_>, names: &Names<'_>, depth: u8) -> Result<String> {
    let kinds = if depth == 0 { 3 } else { 6 };
    Ok(match bytes.int_in_range(0..=kinds - 1)? {
        3 => format!("not ({})", any(bytes, names, depth - 1)?),
        kind @ (4 | 5) => {
            let joint = if kind == 4 { " and " } else { " or " };
            let terms = (0..bytes.int_in_range(2..=3)?)
                .map(|_| Ok(format!("({})", any(bytes, names, depth - 1)?)));
            terms.collect::<Result<Vec<_>>>()?.join(joint)
        }
        _ => term(bytes, names, depth)?,
    })
}

fn term(bytes: &mut Unstructured<'_>, names: &Names<'_>, depth: u8) -> Result<String> {
    if !names.containers.is_empty() && bytes.ratio(1, 16)? {
        return Ok(format!("{} pr", bytes.choose(&names.containers)?));
    }
    let (name, attribute) = bytes.choose(&names.attributes)?;
    let mut name = name.clone();
    if bytes.ratio(1, 8)? {
        name.make_ascii_uppercase();
    }
    let is_complex = attribute.attribute_type() == AttributeType::Complex;
    let takes_brackets = !names.in_brackets && (is_complex || attribute.is_multi_valued());
    if takes_brackets && bytes.ratio(1, 3)? {
        let inner = any(bytes, &Names::inside(attribute), depth.min(2))?;
        return Ok(format!("{name}[{inner}]"));
    }
    let mut compared = *attribute;
    if is_complex && bytes.ratio(3, 4)? {
        compared = bytes.choose(attribute.sub_attributes())?;
        name = format!("{name}.{}", compared.name());
    }
    comparison(bytes, &name, compared)
}

fn comparison(bytes: &mut Unstructured<'_>, name: &str, attribute: &Attribute) -> Result<String> {
    if bytes.ratio(1, 5)? {
        return Ok(format!("{name} pr"));
    }
    if bytes.ratio(1, 6)? {
        return Ok(format!("{name} {} null", bytes.choose(&["eq", "ne"])?));
    }
    const ALL: &[&str] = &["eq", "ne", "gt", "ge", "lt", "le", "co", "sw", "ew"];
    let (ops, literal) = match attribute.attribute_type() {
        AttributeType::Boolean => (&ALL[..2], bytes.choose(&["true", "false"])?.to_string()),
        AttributeType::Integer | AttributeType::Decimal => {
            (&ALL[..6], (*bytes.choose(NUMBERS)?).to_owned())
        }
        AttributeType::DateTime => (&ALL[..6], json!(bytes.choose(INSTANTS)?).to_string()),
        AttributeType::Binary => (&ALL[..2], json!(bytes.choose(OCTETS)?).to_string()),
        _ => (ALL, json!(text(bytes)?).to_string()),
    };
    Ok(format!("{name} {} {literal}", bytes.choose(ops)?))
}

fn resource(bytes: &mut Unstructured<'_>, resource_type: &ResourceType) -> Result<Value> {
    let mut schemas = vec![resource_type.schema().id().as_str()];
    let mut fields = values(bytes, resource_type.schema().attributes())?;
    for extension in resource_type.extensions() {
        if bytes.ratio(1, 2)? {
            let urn = extension.schema.id();
            let within = values(bytes, extension.schema.attributes())?;
            fields.insert(urn.to_string(), within.into());
            schemas.push(urn);
        }
    }
    fields.insert("schemas".to_owned(), json!(schemas));
    if bytes.ratio(1, 2)? {
        fields.insert("id".to_owned(), text(bytes)?.into());
        let meta = core::common().attribute("meta").expect("meta is common");
        fields.insert("meta".to_owned(), single(bytes, meta)?);
    }
    Ok(fields.into())
}

fn values(bytes: &mut Unstructured<'_>, attributes: &[Attribute]) -> Result<Map<String, Value>> {
    let mut fields = Map::new();
    for attribute in attributes {
        if bytes.ratio(2, 3)? {
            continue;
        }
        let value = if bytes.ratio(1, 16)? {
            Value::Null
        } else if attribute.is_multi_valued() {
            let count = bytes.int_in_range(0..=3)?;
            let values = (0..count).map(|_| single(bytes, attribute));
            values.collect::<Result<Vec<_>>>()?.into()
        } else {
            single(bytes, attribute)?
        };
        fields.insert(attribute.name().to_string(), value);
    }
    Ok(fields)
}

fn single(bytes: &mut Unstructured<'_>, attribute: &Attribute) -> Result<Value> {
    Ok(match attribute.attribute_type() {
        AttributeType::Boolean => bytes.arbitrary::<bool>()?.into(),
        AttributeType::Integer => (*bytes.choose(WHOLE)?).into(),
        AttributeType::Decimal => {
            serde_json::from_str(bytes.choose(NUMBERS)?).unwrap_or(Value::Null)
        }
        AttributeType::DateTime => (*bytes.choose(INSTANTS)?).into(),
        AttributeType::Binary => (*bytes.choose(OCTETS)?).into(),
        AttributeType::Complex => values(bytes, attribute.sub_attributes())?.into(),
        _ => text(bytes)?.into(),
    })
}

/// Mostly what is easily mistaken for something else, now and then anything.
fn text(bytes: &mut Unstructured<'_>) -> Result<String> {
    if bytes.ratio(1, 8)? {
        let any: String = bytes.arbitrary()?;
        return Ok(any.chars().filter(|c| *c != '\0').take(12).collect());
    }
    Ok((*bytes.choose(TEXTS)?).to_owned())
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "A",
    "ab",
    "b",
    "aB\"c",
    "work",
    "WORK",
    "home",
    "User",
    "Group",
    "direct",
    "true",
    "ß",
    "SS",
    "ss",
    "ẞ",
    "ſ",
    "é",
    "e\u{301}",
    "É",
    "\u{212b}",
    "å",
    "İ",
    "i\u{307}",
    "ﬃ",
    "ffi",
    "Σ",
    "ς",
    "\u{1f468}\u{200d}\u{1f469}",
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER",
    "https://example.com/v2/Users/1",
];

const WHOLE: &[i64] = &[
    0,
    1,
    -1,
    7,
    70,
    9_007_199_254_740_992,
    9_007_199_254_740_993,
    i64::MAX,
    i64::MIN,
];

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-0.0",
    "1",
    "-1",
    "7",
    "7.0",
    "70e-1",
    "7.5",
    "0.1",
    "1e-7",
    "0.30000000000000004",
    "9007199254740993",
    "9007199254740993.0",
    "9223372036854775807",
    "-9223372036854775808",
    "1e18",
];

const INSTANTS: &[&str] = &[
    "2011-05-13T04:42:34Z",
    "2011-05-13T04:42:34.5Z",
    "2011-05-13T04:42:34.500Z",
    "2011-05-13T06:42:34+02:00",
    "2011-05-13T04:42:34",
    "2020-07-01T01:30:00Z",
    "2020-06-30T23:30:00-02:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
];

const OCTETS: &[&str] = &["", "AQI=", "AQI", "AQID", "AA==", "/+8=", "_-8"];
