use scimkit_schema::Compat;

/// How large a filter or path may be.
///
/// ```
/// use scimkit_filter::{Filter, Limits};
/// use scimkit_schema::Compat;
///
/// let limits = Limits::default().with_nodes(1);
/// assert!(Filter::parse("title pr", limits, Compat::strict()).is_ok());
/// assert!(Filter::parse("title pr or active pr", limits, Compat::strict()).is_err());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    bytes: usize,
    depth: usize,
    nodes: usize,
}

impl Limits {
    /// The deepest nesting that any limits can allow; it keeps every walk over a parsed filter within a small stack.
    pub const MAX_DEPTH: usize = 32;

    /// At most `bytes` bytes of text; 16 KiB by default.
    #[must_use]
    pub const fn with_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// At most `depth` open groups and brackets; [`Limits::MAX_DEPTH`] by default and at most.
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = if depth > Self::MAX_DEPTH {
            Self::MAX_DEPTH
        } else {
            depth
        };
        self
    }

    /// At most `nodes` terms and operators that join them; 200 by default.
    #[must_use]
    pub const fn with_nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes;
        self
    }

    /// The most bytes of text.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.bytes
    }

    /// The most open groups and brackets.
    #[must_use]
    pub const fn depth(self) -> usize {
        self.depth
    }

    /// The most terms and operators that join them.
    #[must_use]
    pub const fn nodes(self) -> usize {
        self.nodes
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024,
            depth: 32,
            nodes: 200,
        }
    }
}

/// What was read, and the leniencies that it needed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parsed<T> {
    /// What was read.
    pub value: T,
    /// The rules without which it would have been refused.
    pub bent: Compat,
}
