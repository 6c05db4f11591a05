use super::source_names;
use crate::error::Error;
use crate::expression::Expression;
use crate::schema::{self, AttributeFlowType, FlowBehavior, Mutability};
use crate::{Compiled, TargetPath};

/// How one target attribute gets its value.
#[derive(Clone, Debug)]
pub struct AttributeMapping {
    target: TargetPath,
    expression: Option<Compiled>,
    default: Option<Box<str>>,
    matching_priority: Option<u32>,
    flow_type: AttributeFlowType,
    flow_behavior: FlowBehavior,
    flow_nulls: FlowNulls,
    required: bool,
}

/// What a null at the source does to an attribute that the target has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum FlowNulls {
    /// It is taken away, if it is a single value.
    Clear,
    /// It is kept: nulls are not provisioned.
    #[default]
    Keep,
}

impl AttributeMapping {
    /// A mapping that flows always: `target` is an attribute path, `expression` an attribute in brackets, a text in quotes or a
    /// function.
    ///
    /// # Errors
    /// [`Error`] if either cannot be read.
    pub fn new(target: &str, expression: &str) -> Result<Self, Error> {
        Self::with_source(target, Some(expression.parse()?))
    }

    /// A mapping that copies the source attribute `source`.
    ///
    /// # Errors
    /// [`Error`] if `target` cannot be read.
    pub fn direct(target: &str, source: &str) -> Result<Self, Error> {
        let source = Compiled::new(Expression::Attribute(source.into()))?;
        Self::with_source(target, Some(source))
    }

    /// A mapping that always gives `text`.
    ///
    /// # Errors
    /// [`Error`] if `target` cannot be read.
    pub fn constant(target: &str, text: &str) -> Result<Self, Error> {
        let source = Compiled::new(Expression::Text(text.into()))?;
        Self::with_source(target, Some(source))
    }

    /// A mapping without a source: new objects get the text `default`.
    ///
    /// # Errors
    /// [`Error`] if `target` cannot be read.
    pub fn none(target: &str, default: &str) -> Result<Self, Error> {
        Ok(Self::with_source(target, None)?.with_default(default))
    }

    fn with_source(target: &str, expression: Option<Compiled>) -> Result<Self, Error> {
        Ok(Self {
            target: target.parse()?,
            expression,
            default: None,
            matching_priority: None,
            flow_type: AttributeFlowType::default(),
            flow_behavior: FlowBehavior::default(),
            flow_nulls: FlowNulls::default(),
            required: false,
        })
    }

    /// The same, flowing at other times.
    #[must_use]
    pub fn with_flow_type(mut self, flow_type: AttributeFlowType) -> Self {
        self.flow_type = flow_type;
        self
    }

    /// The same, flowing in every export or only in those that change it.
    #[must_use]
    pub fn with_flow_behavior(mut self, flow_behavior: FlowBehavior) -> Self {
        self.flow_behavior = flow_behavior;
        self
    }

    /// The same with what a null does.
    #[must_use]
    pub const fn with_flow_nulls(mut self, flow_nulls: FlowNulls) -> Self {
        self.flow_nulls = flow_nulls;
        self
    }

    /// The same with a value for new objects whose source is null; an empty text is no value.
    #[must_use]
    pub fn with_default(mut self, default: &str) -> Self {
        self.default = Some(default)
            .filter(|text| !text.is_empty())
            .map(Into::into);
        self
    }

    /// The same as the matching attribute number `priority`, lowest first; 0 for one that does not match.
    #[must_use]
    pub fn with_matching_priority(mut self, priority: u32) -> Self {
        self.matching_priority = Some(priority).filter(|priority| *priority > 0);
        self
    }

    /// The same as one that an object cannot be without.
    #[must_use]
    pub const fn with_required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    pub(super) fn from_schema(
        mapping: &schema::AttributeMapping,
        source: Option<&schema::ObjectDefinition>,
        definition: Option<&schema::AttributeDefinition>,
    ) -> Result<Self, Error> {
        let required = definition.is_some_and(is_required);
        let defaults = [
            Some(mapping.default_value.as_str()),
            definition
                .filter(|_| required)
                .map(|it| it.default_value.as_str()),
        ];
        let default = defaults.into_iter().flatten().find(|text| !text.is_empty());
        let priority = mapping.matching_priority.or_default();
        let expression = mapping.source.as_ref();
        let expression = expression.map(|source| Compiled::new(source.to_expression()?));
        let expression = expression.transpose()?;
        let flow_nulls =
            if mapping.flow_null_values.or_default() && clears(expression.as_ref(), source) {
                FlowNulls::Clear
            } else {
                FlowNulls::Keep
            };
        Ok(Self {
            target: mapping.target_attribute_name.as_str().parse()?,
            expression,
            default: default.map(Into::into),
            matching_priority: u32::try_from(priority)
                .ok()
                .filter(|priority| *priority > 0),
            flow_type: mapping.flow_type.or_default(),
            flow_behavior: mapping.flow_behavior.or_default(),
            flow_nulls,
            required,
        })
    }

    /// The target attribute.
    #[must_use]
    pub const fn target(&self) -> &TargetPath {
        &self.target
    }

    /// Where the value comes from; none for a mapping that only has a default value.
    #[must_use]
    pub const fn expression(&self) -> Option<&Compiled> {
        self.expression.as_ref()
    }

    /// The value of a new object whose source is null.
    #[must_use]
    pub fn default(&self) -> Option<&str> {
        self.default.as_deref()
    }

    /// The order in which matching attributes are tried, lowest first; none for one that does not match.
    #[must_use]
    pub const fn matching_priority(&self) -> Option<u32> {
        self.matching_priority
    }

    /// When the mapping applies.
    #[must_use]
    pub const fn flow_type(&self) -> &AttributeFlowType {
        &self.flow_type
    }

    /// Whether the attribute is in every export.
    #[must_use]
    pub const fn flow_behavior(&self) -> &FlowBehavior {
        &self.flow_behavior
    }

    /// What a null at the source does.
    #[must_use]
    pub const fn flow_nulls(&self) -> FlowNulls {
        self.flow_nulls
    }

    /// Whether an object cannot be without it.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.required
    }
}

/// Whether the definitions of all attributes that an expression reads let nulls flow.
fn clears(expression: Option<&Compiled>, source: Option<&schema::ObjectDefinition>) -> bool {
    let (Some(expression), Some(source)) = (expression, source) else {
        return false;
    };
    let flows = |name: &&str| {
        let definition = source.attribute(name);
        definition.is_some_and(|it| it.flow_null_values.or_default())
    };
    source_names(expression.expression()).iter().all(flows)
}

/// Whether the definition asks the source for a value; what the target assigns itself is not asked for.
pub(super) fn is_required(definition: &schema::AttributeDefinition) -> bool {
    let read_only = definition.mutability.as_ref() == Some(&Mutability::ReadOnly);
    definition.required.or_default() && !definition.anchor.or_default() && !read_only
}
