//! The part of the schema that says what flows where.

use serde::{Deserialize, Serialize};

use super::{
    AttributeFlowType, Extra, FlowBehavior, FlowTypes, MappingSourceType, Member, StringPair,
    record,
};

record! {
    /// How objects of one directory get into another.
    SynchronizationRule {
        /// An id that the service knows.
        id: String,
        /// A name, such as `USERGROUP_OUTBOUND_USERGROUP`.
        name: String,
        /// Rules run in the order of this number, lowest first.
        priority: i64,
        /// Whether the rule may be changed.
        editable: bool,
        /// The name of the directory that objects come from.
        source_directory_name: String,
        /// The name of the directory that objects go to.
        target_directory_name: String,
        /// Which containers take part, in cloud sync; not together with a group filter.
        container_filter: ContainerFilter,
        /// Which groups take part, in cloud sync; not together with a container filter.
        group_filter: GroupFilter,
        /// The object types and their mappings.
        object_mappings: Vec<ObjectMapping>,
        /// Keys and values of the service.
        metadata: Vec<StringPair>,
    }
}

record! {
    /// Containers of a directory.
    ContainerFilter {
        /// Their distinguished names.
        included_containers: Vec<String>,
    }
}

record! {
    /// Groups of a directory.
    GroupFilter {
        /// Their distinguished names or ids.
        included_groups: Vec<String>,
    }
}

record! {
    /// How objects of one type get into the target directory.
    ObjectMapping {
        /// A name, such as `Provision Microsoft Entra ID Users`.
        name: String,
        /// Whether objects of this type flow at all.
        enabled: bool,
        /// What may happen to them.
        flow_types: FlowTypes,
        /// The name of the object definition in the source directory.
        source_object_name: String,
        /// The name of the object definition in the target directory.
        target_object_name: String,
        /// Which objects are in scope; none for all.
        scope: Filter,
        /// The attributes.
        attribute_mappings: Vec<AttributeMapping>,
        /// Keys and values of the service.
        metadata: Vec<StringPair>,
    }
}

record! {
    /// How one target attribute gets its value.
    AttributeMapping {
        /// The name of the attribute in the target's object definition: a whole SCIM path.
        target_attribute_name: String,
        /// Where the value comes from; none for a mapping of type None.
        source: AttributeMappingSource,
        /// The value if the source is null; null and an empty text both mean that there is none.
        default_value: String,
        /// The order in which matching attributes are tried, lowest first; 0 for one that does not match.
        matching_priority: i64,
        /// When the mapping applies.
        flow_type: AttributeFlowType,
        /// Whether the attribute is in every export.
        flow_behavior: FlowBehavior,
        /// For the service itself: whether references to objects that it does not know are exported.
        export_missing_references: bool,
        /// Whether a null clears the target; it does only if the source attribute has this, too.
        flow_null_values: bool,
    }
}

record! {
    /// Where a value comes from: an expression, as text and as Microsoft's tree of it.
    AttributeMappingSource {
        /// The expression. If it is missing, `name` says what to take.
        expression: String,
        /// The name of the attribute or function, or the constant.
        name: String,
        /// What `name` is.
        r#type: MappingSourceType,
        /// The arguments of a function; empty ones are left out, so the text is what counts.
        parameters: Vec<Parameter>,
    }
}

record! {
    /// An argument in Microsoft's tree of an expression.
    Parameter {
        /// The name of the parameter.
        key: String,
        /// The argument.
        value: AttributeMappingSource,
    }
}

record! {
    /// Which objects are in scope.
    Filter {
        /// One of these must hold; leaving this filter deprovisions an object.
        groups: Vec<FilterGroup>,
        /// One of these must hold; leaving this filter does not deprovision.
        input_filter_groups: Vec<FilterGroup>,
        /// Whether an object belongs to this mapping at all.
        category_filter_groups: Vec<FilterGroup>,
    }
}

record! {
    /// Clauses that must all hold.
    FilterGroup {
        /// A name for people.
        name: String,
        /// The clauses.
        clauses: Vec<FilterClause>,
    }
}

record! {
    /// One condition on a source attribute.
    FilterClause {
        /// The source attribute.
        source_operand_name: String,
        /// The operator, such as `EQUALS`.
        operator_name: String,
        /// What to compare with; none for operators without a right side.
        target_operand: FilterOperand,
    }
}

record! {
    /// What a clause compares with.
    FilterOperand {
        /// The values.
        values: Vec<String>,
    }
}
