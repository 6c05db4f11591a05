use crate::expression::Expression;

/// The source attributes that an expression reads, each once, in the order in which they are written.
pub(crate) fn source_names(expression: &Expression) -> Vec<&str> {
    let mut names = Vec::new();
    // The parser bounds how deep calls nest.
    collect(expression, &mut names);
    names
}

fn collect<'a>(expression: &'a Expression, names: &mut Vec<&'a str>) {
    match expression {
        Expression::Attribute(name) if !names.contains(&&**name) => names.push(name),
        Expression::Call(call) => {
            for argument in call.arguments() {
                collect(argument, names);
            }
        }
        Expression::Comparison(comparison) => {
            collect(&comparison.left, names);
            collect(&comparison.right, names);
        }
        _ => {}
    }
}
