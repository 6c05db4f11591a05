use scimkit_filter::{AttributePath, Filter, Path};
use scimkit_patch::{OpKind, Operation};
use scimkit_schema::{Complex, Resource, Value, eq_folded};

/// The operations, each about one value as far as that says the same: Entra knows only attributes that a mapping names.
pub(super) fn spread(
    operations: &[Operation],
    relation: Option<&str>,
    present: Option<&Resource>,
) -> Vec<Operation> {
    let mut single = Vec::new();
    for operation in operations {
        let plain = operation
            .path
            .as_ref()
            .filter(|path| path.filter.is_none() && Some(path.attribute.name()) != relation);
        let (Some(path), Some(value)) = (plain, &operation.value) else {
            single.push(operation.clone());
            continue;
        };
        if let Some(parts) = value.as_complex() {
            spread_parts(operation.op, &path.attribute, parts, &mut single);
        } else if let (Some(elements), Some(present)) = (value.as_list(), present) {
            let there = there(&path.attribute, present);
            match operation.op {
                OpKind::Add => spread_added(&path.attribute, elements, there, &mut single),
                _ => match spread_list(&path.attribute, elements, there) {
                    Some(mut changes) => single.append(&mut changes),
                    None => single.push(operation.clone()),
                },
            }
        } else {
            single.push(operation.clone());
        }
    }
    single
}

/// Sub-attributes by their paths; a complex value that is but a `value` goes as that.
fn spread_parts(
    op: OpKind,
    attribute: &AttributePath,
    parts: &Complex,
    single: &mut Vec<Operation>,
) {
    let operation = |path: AttributePath, value: &Value| Operation {
        op,
        path: Some(path.into()),
        value: Some(value.clone()),
    };
    match (parts.get("value"), op) {
        (Some(value), _) if parts.len() == 1 => single.push(operation(attribute.clone(), value)),
        (_, OpKind::Add) => single.extend(
            parts
                .iter()
                .map(|(name, part)| operation(attribute.clone().with_sub(name), part)),
        ),
        // it takes the place of all that is there, so the parts alone would say less
        _ => single.push(operation(attribute.clone(), &parts.clone().into())),
    }
}

/// Elements by their `type`, where no other element has it.
fn spread_added(
    attribute: &AttributePath,
    elements: &[Value],
    there: &[Value],
    single: &mut Vec<Operation>,
) {
    let mut others = Vec::new();
    for element in elements {
        let mut all = there.iter().chain(elements).filter_map(typed);
        match typed(element) {
            Some((kind, parts)) if count(&mut all, kind) == 1 => {
                spread_element(attribute, kind, None, parts, single);
            }
            _ => others.push(element.clone()),
        }
    }
    if !others.is_empty() {
        single.push(Operation::add(attribute.clone().into(), others));
    }
}

/// What makes a list of these elements of the one that is there; none unless a `type` of its own tells each of them apart.
fn spread_list(
    attribute: &AttributePath,
    elements: &[Value],
    there: &[Value],
) -> Option<Vec<Operation>> {
    let (wanted, there) = (distinct(elements)?, distinct(there)?);
    let mut single = Vec::new();
    for (kind, parts) in &wanted {
        let old = there.iter().find(|(other, _)| eq_folded(other, kind));
        spread_element(
            attribute,
            kind,
            old.map(|(_, old)| *old),
            parts,
            &mut single,
        );
    }
    let is_gone =
        |(kind, _): &&(&str, &Complex)| !wanted.iter().any(|(other, _)| eq_folded(other, kind));
    let gone = there.iter().filter(is_gone);
    single.extend(gone.map(|(kind, _)| Operation::remove(selected(attribute, kind, None))));
    Some(single)
}

/// The sub-attributes in which an element differs from what is there.
fn spread_element(
    attribute: &AttributePath,
    kind: &str,
    old: Option<&Complex>,
    parts: &Complex,
    single: &mut Vec<Operation>,
) {
    let at = |name: &str| selected(attribute, kind, Some(name));
    for (name, part) in parts.iter().filter(|(name, _)| *name != "type") {
        match old.and_then(|old| old.get(name)) {
            None => single.push(Operation::add(at(name), part.clone())),
            Some(before) if before != part => {
                single.push(Operation::replace(at(name), part.clone()));
            }
            Some(_) => {}
        }
    }
    let before = old.into_iter().flat_map(Complex::iter);
    let gone = before.filter(|(name, _)| *name != "type" && parts.get(name).is_none());
    single.extend(gone.map(|(name, _)| Operation::remove(at(name))));
}

fn there<'p>(attribute: &AttributePath, present: &'p Resource) -> &'p [Value] {
    let fields = match attribute.uri() {
        None => Some(present.attributes()),
        Some(uri) => present.extension(uri),
    };
    let list = fields.and_then(|fields| fields.get(attribute.name()));
    list.map(Value::elements).unwrap_or_default()
}

fn selected(attribute: &AttributePath, kind: &str, sub: Option<&str>) -> Path {
    Path {
        attribute: attribute.clone(),
        filter: Some(Filter::eq(AttributePath::new("type"), kind)),
        sub: sub.map(Into::into),
    }
}

/// All elements with their types; none unless each has a type of its own.
fn distinct(elements: &[Value]) -> Option<Vec<(&str, &Complex)>> {
    let typed = elements.iter().map(typed).collect::<Option<Vec<_>>>()?;
    let mut each = typed.iter();
    each.all(|(kind, _)| count(&mut typed.iter().copied(), kind) == 1)
        .then_some(typed.clone())
}

fn count<'v>(elements: &mut dyn Iterator<Item = (&'v str, &'v Complex)>, kind: &str) -> usize {
    elements.filter(|(other, _)| eq_folded(other, kind)).count()
}

/// The `type` of an element that has one and something else, too.
fn typed(element: &Value) -> Option<(&str, &Complex)> {
    let parts = element.as_complex()?;
    let kind = parts.text("type").filter(|kind| !kind.is_empty())?;
    (parts.len() > 1).then_some((kind, parts))
}
