//! How a field finds its value among the attributes, and how it goes back.

use crate::{Complex, DateTime, Name, Value};

/// A struct with a field for each attribute, and `extra` for the others.
pub(super) trait Attributes {
    fn from_fields(fields: Complex) -> Self;
    fn into_fields(self) -> Complex;
}

/// A type that a field may have, and the one kind of value that is it.
pub(super) trait Typed: Sized {
    /// # Errors
    /// The value, if it is of another kind.
    fn from_value(value: Value) -> Result<Self, Value>;
    fn into_value(self) -> Value;
}

/// A field that may be without a value.
pub(super) trait Field: Sized {
    /// Takes the value of `name` out, if it fits.
    fn take(fields: &mut Complex, name: &str) -> Self;
    /// Puts the value, if there is one, under `name`.
    fn put(self, fields: &mut Complex, name: &str);
}

impl<T: Typed> Field for Option<T> {
    fn take(fields: &mut Complex, name: &str) -> Self {
        match T::from_value(fields.remove(name)?) {
            Ok(typed) => Some(typed),
            Err(other) => {
                fields.insert(Name::from(name), other);
                None
            }
        }
    }

    fn put(self, fields: &mut Complex, name: &str) {
        if let Some(typed) = self {
            fields.insert(Name::from(name), typed.into_value());
        }
    }
}

/// An array counts only as a whole, so that its order stays; an empty one is left where it is.
impl<T: Typed> Field for Vec<T> {
    fn take(fields: &mut Complex, name: &str) -> Self {
        let Some(value) = fields.remove(name) else {
            return Self::new();
        };
        match value.into_list().and_then(all) {
            Ok(typed) => typed,
            Err(other) => {
                fields.insert(Name::from(name), other);
                Self::new()
            }
        }
    }

    fn put(self, fields: &mut Complex, name: &str) {
        if !self.is_empty() {
            let values = self.into_iter().map(T::into_value).collect();
            fields.insert(Name::from(name), values);
        }
    }
}

fn all<T: Typed>(values: Vec<Value>) -> Result<Vec<T>, Value> {
    if values.is_empty() {
        return Err(values.into());
    }
    let mut typed = Vec::with_capacity(values.len());
    let mut rest = values.into_iter();
    while let Some(value) = rest.next() {
        match T::from_value(value) {
            Ok(element) => typed.push(element),
            Err(other) => {
                let before = typed.into_iter().map(T::into_value);
                return Err(before.chain([other]).chain(rest).collect());
            }
        }
    }
    Ok(typed)
}

impl<T: Attributes> Typed for T {
    fn from_value(value: Value) -> Result<Self, Value> {
        value.into_complex().map(T::from_fields)
    }

    fn into_value(self) -> Value {
        self.into_fields().into()
    }
}

impl Typed for String {
    fn from_value(value: Value) -> Result<Self, Value> {
        value.as_str().map(Self::from).ok_or(value)
    }

    fn into_value(self) -> Value {
        self.into()
    }
}

impl Typed for bool {
    fn from_value(value: Value) -> Result<Self, Value> {
        value.as_bool().ok_or(value)
    }

    fn into_value(self) -> Value {
        self.into()
    }
}

impl Typed for DateTime {
    fn from_value(value: Value) -> Result<Self, Value> {
        value.as_date_time().cloned().ok_or(value)
    }

    fn into_value(self) -> Value {
        self.into()
    }
}

/// Declares a struct by its attributes, in the schema's order: a field, its type, and the attribute's name.
macro_rules! attributes {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $field:ident: $kind:ty = $name:expr,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $type {
            $($(#[$doc])* pub $field: $kind,)+
            /// What has no field of its own, and values that do not fit their field.
            pub extra: $crate::Complex,
        }

        impl $crate::typed::field::Attributes for $type {
            fn from_fields(mut fields: $crate::Complex) -> Self {
                Self {
                    $($field: $crate::typed::field::Field::take(&mut fields, $name),)+
                    extra: fields,
                }
            }

            fn into_fields(self) -> $crate::Complex {
                let mut fields = $crate::Complex::new();
                let mut extra = self.extra;
                $(
                    // A value that does not fit its field stands in the field's place, unless the field has one by now.
                    let misfit = extra.remove($name);
                    $crate::typed::field::Field::put(self.$field, &mut fields, $name);
                    if let (Some(value), None) = (misfit, fields.get($name)) {
                        fields.insert($crate::Name::from($name), value);
                    }
                )+
                for (name, value) in extra {
                    fields.insert(name, value);
                }
                fields
            }
        }
    };
}
pub(super) use attributes;
