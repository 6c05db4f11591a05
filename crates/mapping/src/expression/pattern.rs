//! Regular expressions as .NET reads them.

mod dotnet;

use fancy_regex::{Captures, Regex, RegexBuilder};

/// A regular expression, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// Whether a search may try the same text again and again, as with look-around and back-references.
    backtracks: bool,
    /// The groups in the order in which .NET numbers them: the whole match, those without names, those with names.
    groups: Vec<usize>,
}

/// What compiling a pattern costs during evaluation, in steps.
pub(super) const COMPILE_STEPS: usize = 50_000;

/// How often one search may go back, so that its time is bounded whatever the pattern.
const BACKTRACKS: usize = 20_000;

/// How large a pattern may become in memory, in bytes.
const SIZE: usize = 4 << 20;

impl Pattern {
    /// Compiles `written`; an error says what is wrong with it.
    pub(crate) fn new(written: &str) -> Result<Self, String> {
        let translated = dotnet::translate(written)?;
        let regex = RegexBuilder::new(&translated.pattern)
            .backtrack_limit(BACKTRACKS)
            .delegate_size_limit(SIZE)
            .max_prog_size(10_000)
            .build()
            .map_err(|error| error.to_string())?;
        let names: Vec<_> = regex.capture_names().collect();
        let numbered = |named: bool| {
            let groups = names.iter().enumerate().skip(1);
            groups.filter(move |(_, name)| name.is_some() == named)
        };
        let groups = numbered(false).chain(numbered(true));
        Ok(Self {
            backtracks: translated.backtracks,
            groups: std::iter::once(0)
                .chain(groups.map(|(group, _)| group))
                .collect(),
            regex,
        })
    }

    /// The group called `name`, which may be a number.
    pub(super) fn group(&self, name: &str) -> Option<usize> {
        let numbered = || self.groups.get(name.parse::<usize>().ok()?).copied();
        let mut names = self.regex.capture_names();
        names
            .position(|known| known == Some(name))
            .or_else(numbered)
    }

    /// The group with the highest number.
    pub(super) fn last_group(&self) -> usize {
        self.groups.last().copied().unwrap_or(0)
    }

    /// What a search in so many bytes may cost, in steps.
    pub(super) const fn search_steps(&self, bytes: usize) -> usize {
        if self.backtracks {
            1_000 + 10 * bytes
        } else {
            1 + bytes / 32
        }
    }

    /// The first match at or after byte `start`; an error if looking for it takes too long.
    pub(crate) fn captures<'t>(
        &self,
        text: &'t str,
        start: usize,
    ) -> Result<Option<Captures<'t, str>>, &'static str> {
        self.regex.captures_from_pos(text, start).map_err(|_| {
            "gave up: its pattern can match this text in too many ways; make it say more exactly what repeats"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(pattern: &str, text: &str) -> Option<String> {
        let pattern = Pattern::new(pattern).unwrap();
        let captures = pattern.captures(text, 0).unwrap()?;
        Some(captures.get(0)?.as_str().to_owned())
    }

    #[test]
    fn escapes_that_need_not_be_are_literals() {
        for (pattern, text, found) in [
            (r"[\/\:\;\=\,\<\>]+", "a/:;=,<>b", "/:;=,<>"),
            (r"\<\w+\>", "x <b> y", "<b>"),
            (r"\@\-\!\%\&\~\#\ ", "@-!%&~# ", "@-!%&~# "),
            (r"[\w-.]+", "¡a-b.c!", "a-b.c"),
            (r"[[(]+", "x[(", "[("),
            (r"[a&&b~~c]+", "x&~abc", "&~abc"),
            (r"[+--]+", "x+,-", "+,-"),
            (r"[--/]+", "x-./", "-./"),
            (r"[]a]+", "xa]", "a]"),
            (r"[a-z-[aeiou]]+", "aebcd", "bcd"),
            (r"a{x}{2}", "a{x}}", "a{x}}"),
            (r"\x41\u0042\cA\101", "AB\u{1}A", "AB\u{1}A"),
            (r"(?'year'\d{4})", "in 2021", "2021"),
            (r"(?#why)a(?i:B)c", "abc", "abc"),
        ] {
            assert_eq!(first(pattern, text).as_deref(), Some(found), "{pattern}");
        }
    }

    #[test]
    fn look_around_and_back_references_work() {
        assert_eq!(
            first(r"(?<=@)\w+(?=\.com)", "a@b.com").as_deref(),
            Some("b")
        );
        assert_eq!(first(r"(\w)\1", "hello").as_deref(), Some("ll"));
        assert_eq!(first(r"(?<q>['x]).\k<q>", "xax").as_deref(), Some("xax"));
        assert_eq!(first(r"c\Z", "abc\n").as_deref(), Some("c"));
        assert_eq!(first(r"a(?!b)", "ab"), None);
    }

    #[test]
    fn what_dotnet_refuses_or_we_lack_is_refused() {
        for pattern in [
            "(",
            ")",
            "[a",
            r"\",
            r"\y",
            r"\_",
            "a**",
            "a++",
            "*a",
            r"[z-a]",
            r"\p{Nonsense}",
            "(?<1a",
            "(?<a-b>x)",
            "(?x) a",
            "(?&a)",
            "(?R)",
            r"\K",
            r"\h",
            r"\xZZ",
            r"\uD800",
            "(?(1)a|b)",
            "a{1000}{1000}{1000}",
        ] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn groups_without_names_are_numbered_first() {
        let pattern = Pattern::new("(?<a>x)(y)(?<b>z)").unwrap();
        let numbers = ["0", "1", "2", "3", "4"].map(|number| pattern.group(number));
        assert_eq!(numbers, [Some(0), Some(2), Some(1), Some(3), None]);
        assert_eq!(pattern.group("b"), Some(3));
        assert_eq!(pattern.last_group(), 3);
    }
}
