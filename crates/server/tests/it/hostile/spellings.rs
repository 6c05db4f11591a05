//! The ways to write an address.

/// A way to write the path of a route.
pub(super) struct Spelling {
    pub(super) name: &'static str,
    /// Whether it names the same as the plain path, or nothing.
    pub(super) names: Names,
    write: fn(&str) -> String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Names {
    Same,
    Nothing,
}

impl Spelling {
    /// The path below the base as a client writes it, base included.
    pub(super) fn of(&self, path: &str) -> String {
        (self.write)(path)
    }
}

const BASE: &str = "/scim/v2";

/// Each byte of a segment's first letter, or of all of it, as `%XX`.
fn encode(text: &str, which: fn(usize) -> bool, hex: fn(u8) -> String) -> String {
    let mut letters = 0;
    let encoded = text.bytes().map(|byte| {
        if byte == b'/' {
            letters = 0;
            return "/".to_owned();
        }
        letters += 1;
        if which(letters) {
            hex(byte)
        } else {
            char::from(byte).to_string()
        }
    });
    encoded.collect()
}

fn upper_hex(byte: u8) -> String {
    format!("%{byte:02X}")
}

fn lower_hex(byte: u8) -> String {
    format!("%{byte:02x}")
}

fn twice(byte: u8) -> String {
    format!("%25{byte:02X}")
}

/// The endpoint, which is the first segment, in another case; ids and URNs mind theirs.
fn endpoint(path: &str, change: fn(&str) -> String) -> String {
    let rest = path.strip_prefix('/').unwrap_or(path);
    match rest.split_once('/') {
        Some((first, rest)) => format!("/{}/{rest}", change(first)),
        None => format!("/{}", change(rest)),
    }
}

const fn same(name: &'static str, write: fn(&str) -> String) -> Spelling {
    Spelling {
        name,
        names: Names::Same,
        write,
    }
}

const fn nothing(name: &'static str, write: fn(&str) -> String) -> Spelling {
    Spelling {
        name,
        names: Names::Nothing,
        write,
    }
}

pub(super) const SPELLINGS: &[Spelling] = &[
    same("plain", |path| format!("{BASE}{path}")),
    same("trailing slash", |path| format!("{BASE}{path}/")),
    same("trailing slashes", |path| format!("{BASE}{path}///")),
    same("double slash in front", |path| format!("/{BASE}{path}")),
    same("double slash inside", |path| format!("/scim//v2/{path}")),
    same("all slashes doubled", |path| {
        format!("{BASE}{path}").replace('/', "//")
    }),
    same("first letters encoded", |path| {
        format!("{BASE}{}", encode(path, |letter| letter == 1, upper_hex))
    }),
    same("first letters encoded in lower case", |path| {
        format!("{BASE}{}", encode(path, |letter| letter == 1, lower_hex))
    }),
    same("all letters encoded", |path| {
        format!("{BASE}{}", encode(path, |_| true, upper_hex))
    }),
    same("base encoded", |path| format!("/%73cim/%762{path}")),
    same("endpoint in lower case", |path| {
        format!("{BASE}{}", endpoint(path, str::to_lowercase))
    }),
    same("endpoint in upper case", |path| {
        format!("{BASE}{}", endpoint(path, str::to_uppercase))
    }),
    same("empty query", |path| format!("{BASE}{path}?")),
    same("query of a stray flag", |path| {
        format!("{BASE}{path}?aadOptscim062020")
    }),
    same("query of a path", |path| {
        format!("{BASE}{path}?/../../Users")
    }),
    same("fragment", |path| format!("{BASE}{path}#/Users")),
    nothing("letters encoded twice", |path| {
        format!("{BASE}{}x", encode(path, |letter| letter == 1, twice))
    }),
    nothing("encoded slash in front", |path| format!("{BASE}/%2F{path}")),
    nothing("encoded slash behind", |path| format!("{BASE}{path}%2F")),
    nothing("encoded slash in lower case", |path| {
        format!("{BASE}{path}%2fx")
    }),
    nothing("slash encoded twice", |path| format!("{BASE}{path}%252F")),
    nothing("base with encoded slashes", |path| {
        format!("/scim%2Fv2{path}")
    }),
    nothing("dot", |path| format!("{BASE}/.{path}")),
    nothing("dot behind", |path| format!("{BASE}{path}/.")),
    nothing("two dots", |path| format!("{BASE}/x/..{path}")),
    nothing("two dots behind", |path| format!("{BASE}{path}/..")),
    nothing("two dots above the base", |path| format!("/..{BASE}{path}")),
    nothing("encoded dots", |path| format!("{BASE}/x/%2e%2e{path}")),
    nothing("an encoded dot", |path| format!("{BASE}/%2e{path}")),
    nothing("dots encoded twice", |path| {
        format!("{BASE}/x/%252e%252e{path}")
    }),
    nothing("dots and a semicolon", |path| format!("{BASE}/..;{path}")),
    nothing("path parameter", |path| format!("{BASE}{path};x")),
    nothing("path parameter with a value", |path| {
        format!("{BASE}{path};jsessionid=1")
    }),
    nothing("path parameter in the base", |path| {
        format!("/scim;x/v2{path}")
    }),
    nothing("encoded NUL", |path| format!("{BASE}{path}%00")),
    nothing("encoded NUL and a suffix", |path| {
        format!("{BASE}{path}%00.json")
    }),
    nothing("encoded line feed", |path| format!("{BASE}{path}%0a")),
    nothing("encoded line feed and a header", |path| {
        format!("{BASE}{path}%0d%0aX:%20y")
    }),
    nothing("encoded blank", |path| format!("{BASE}{path}%20")),
    nothing("encoded tab", |path| format!("{BASE}{path}%09")),
    nothing("encoded backslash", |path| format!("{BASE}%5C{path}")),
    nothing("overlong slash", |path| format!("{BASE}{path}%c0%af")),
    nothing("overlong slash of three bytes", |path| {
        format!("{BASE}{path}%e0%80%af")
    }),
    nothing("no UTF-8", |path| format!("{BASE}{path}%ff")),
    nothing("a byte order mark", |path| {
        format!("{BASE}/%ef%bb%bf{path}")
    }),
    nothing("fullwidth letter", |path| format!("{BASE}{path}%ef%bc%b5")),
    nothing("zero-width space", |path| format!("{BASE}{path}%e2%80%8b")),
    nothing("a percent sign alone", |path| format!("{BASE}{path}%")),
    nothing("a percent sign without hex", |path| {
        format!("{BASE}{path}%zz")
    }),
    nothing("percent u", |path| format!("{BASE}{path}%u002f")),
    nothing("file extension", |path| format!("{BASE}{path}.json")),
    nothing("trailing dot", |path| format!("{BASE}{path}.")),
    nothing("plus sign", |path| format!("{BASE}{path}+")),
    nothing("no base", |path| {
        format!("/{}", path.trim_start_matches('/'))
    }),
    nothing("base twice", |path| format!("{BASE}{BASE}{path}")),
    nothing("base in upper case", |path| format!("/SCIM/V2{path}")),
    nothing("another version", |path| format!("/scim/v1{path}")),
];
