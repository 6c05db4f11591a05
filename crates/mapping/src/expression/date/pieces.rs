use std::fmt;

/// A part of a format: a letter that comes so often, or what stands for itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    Literal(char),
    Year(usize),
    /// Three letters and more are a name.
    Month(usize),
    /// Three letters and more are the name of the day of the week.
    Day(usize),
    Hour(usize),
    HourOfHalf(usize),
    Minute(usize),
    Second(usize),
    /// Digits behind the point. If they can be left out, the point is a part of them.
    Fraction {
        digits: usize,
        is_optional: bool,
    },
    /// `AM` or `PM`, or its first letter.
    Half(usize),
    Offset(usize),
    /// `Z`, an offset, or nothing.
    Kind,
    /// A `Z` that says UTC.
    Zulu,
}

/// What should be there, for messages.
impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Literal(literal) => return write!(f, "`{}`", literal.escape_debug()),
            Self::Year(_) => "a year",
            Self::Month(1..=2) => "a month",
            Self::Month(_) => "the name of a month",
            Self::Day(1..=2) => "a day",
            Self::Day(_) => "the name of a day",
            Self::Hour(_) | Self::HourOfHalf(_) => "an hour",
            Self::Minute(_) => "a minute",
            Self::Second(_) => "a second",
            Self::Fraction { .. } => "a part of a second",
            Self::Half(_) => "`AM` or `PM`",
            Self::Offset(_) => "an offset from UTC",
            Self::Kind | Self::Zulu => "`Z`",
        })
    }
}

/// How often letters can follow each other.
const MOST_DIGITS: usize = 9;

pub(super) fn pieces(format: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = format.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\'' | '"' => loop {
                match rest.next() {
                    Some(next) if next == letter => break,
                    Some('\\') => pieces.push(Piece::Literal(rest.next().ok_or(UNFINISHED)?)),
                    Some(next) => pieces.push(Piece::Literal(next)),
                    None => return Err("a quote is not closed".to_owned()),
                }
            },
            '\\' => pieces.push(Piece::Literal(rest.next().ok_or(UNFINISHED)?)),
            // It only makes one letter a custom format.
            '%' => {
                if rest.as_str().is_empty() || rest.as_str().starts_with('%') {
                    return Err("`%` has no letter behind it".to_owned());
                }
            }
            _ => {
                let more = rest
                    .as_str()
                    .chars()
                    .take_while(|next| *next == letter)
                    .count();
                let Some(piece) = piece(letter, 1 + more)? else {
                    pieces.push(literal(letter));
                    continue;
                };
                if more > 0 {
                    rest.nth(more - 1);
                }
                if matches!(
                    piece,
                    Piece::Fraction {
                        is_optional: true,
                        ..
                    }
                ) {
                    let is_point = pieces.last() == Some(&Piece::Literal('.'));
                    if !is_point {
                        return Err("`F` has no point before it".to_owned());
                    }
                    pieces.pop();
                }
                pieces.push(piece);
            }
        }
    }
    if pieces.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(pieces)
}

const UNFINISHED: &str = "it ends in a backslash";

fn literal(letter: char) -> Piece {
    if letter == 'Z' {
        Piece::Zulu
    } else {
        Piece::Literal(letter)
    }
}

/// What a letter means that comes `count` times in a row; none for one that stands for itself.
fn piece(letter: char, count: usize) -> Result<Option<Piece>, String> {
    let most = match letter {
        'f' | 'F' => 7,
        _ => MOST_DIGITS,
    };
    let piece = match letter {
        'y' => Piece::Year(count),
        'M' => Piece::Month(count.min(4)),
        'd' => Piece::Day(count.min(4)),
        'H' => Piece::Hour(count.min(2)),
        'h' => Piece::HourOfHalf(count.min(2)),
        'm' => Piece::Minute(count.min(2)),
        's' => Piece::Second(count.min(2)),
        'f' | 'F' => Piece::Fraction {
            digits: count,
            is_optional: letter == 'F',
        },
        't' => Piece::Half(count.min(2)),
        'z' => Piece::Offset(count.min(3)),
        'K' if count == 1 => Piece::Kind,
        'K' => return Err("`K` is there several times".to_owned()),
        'g' => return Err("eras (`g`) are not supported".to_owned()),
        _ => return Ok(None),
    };
    if count > most {
        return Err(format!(
            "`{letter}` is there {count} times, at most {most} mean something"
        ));
    }
    Ok(Some(piece))
}
