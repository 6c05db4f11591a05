/// How much a text may differ from its format: those of .NET's `DateTimeStyles` that make a difference on a machine whose zone
/// is UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::expression) struct Styles(u8);

const INNER_WHITE: u8 = 1;
const LEADING_WHITE: u8 = 2;
const TRAILING_WHITE: u8 = 4;
const TO_UTC: u8 = 8;

/// White space at both ends.
impl Default for Styles {
    fn default() -> Self {
        Self(LEADING_WHITE | TRAILING_WHITE)
    }
}

impl Styles {
    /// Reads names with commas between them; an error is the name that does not exist.
    pub(in crate::expression) fn read(written: &str) -> Result<Self, &str> {
        let mut styles = 0;
        for name in written.split(',').map(str::trim) {
            styles |= match name {
                "AdjustToUniversal" => TO_UTC,
                "AllowInnerWhite" => INNER_WHITE,
                "AllowLeadingWhite" => LEADING_WHITE,
                "AllowTrailingWhite" => TRAILING_WHITE,
                "AllowWhiteSpaces" => INNER_WHITE | LEADING_WHITE | TRAILING_WHITE,
                "AssumeLocal"
                | "AssumeUniversal"
                | "NoCurrentDateDefault"
                | "None"
                | "RoundtripKind" => 0,
                _ => return Err(name),
            };
        }
        Ok(Self(styles))
    }

    pub(super) const fn white_before(self) -> bool {
        self.0 & LEADING_WHITE != 0
    }

    pub(super) const fn white_inside(self) -> bool {
        self.0 & INNER_WHITE != 0
    }

    pub(super) const fn white_after(self) -> bool {
        self.0 & TRAILING_WHITE != 0
    }

    /// Whether what had an offset is in UTC afterwards, rather than in the zone of a machine that happens to be there.
    pub(super) const fn to_utc(self) -> bool {
        self.0 & TO_UTC != 0
    }
}
