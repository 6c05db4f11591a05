//! One CSV file, whose errors name line and column.

use std::{fs, path::Path};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use crate::{DirectoryError, DirectoryErrorKind};

/// The lines of a file below its line of column names.
pub(super) struct Table {
    file: Box<str>,
    names: StringRecord,
    /// Each with the number of its line.
    records: Vec<(u64, StringRecord)>,
}

/// One line.
pub(super) struct Row<'t> {
    table: &'t Table,
    line: u64,
    record: &'t StringRecord,
}

impl Table {
    pub(super) fn read(path: &Path) -> Result<Self, DirectoryError> {
        let bytes =
            fs::read(path).map_err(|error| DirectoryError::unreadable(path.into(), error))?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let file: Box<str> = path.display().to_string().into();
        let wrong = |line: u64, column: Option<&str>, problem: String| -> DirectoryError {
            wrong(&file, line, column, problem)
        };
        let reader = |bytes| ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
        let names = reader(bytes).headers().cloned();
        let names = names.map_err(|error| unreadable(&file, bytes, &error))?;
        for (index, name) in names.iter().enumerate() {
            if name.is_empty() {
                return Err(wrong(1, None, format!("column {} has no name", index + 1)));
            }
            if names.iter().take(index).any(|other| other == name) {
                return Err(wrong(1, Some(name), "the name is there twice".into()));
            }
        }
        if names.is_empty() {
            return Err(wrong(
                1,
                None,
                "there is no line with the names of the columns".into(),
            ));
        }
        // an open quotation swallows what stands behind it
        let end = vec![END; names.len()].join(",");
        let closed = [bytes, b"\n", end.as_bytes()].concat();
        let mut lines = Lines::new(&closed);
        let mut records = Vec::new();
        for record in reader(&closed).into_records() {
            let record = record.map_err(|error| unreadable(&file, &closed, &error))?;
            records.push((lines.of(record.position()), record));
        }
        if let Some((line, last)) = records.pop()
            && last.iter().any(|cell| cell != END)
        {
            let problem = "a quotation mark is opened and never closed: is the file cut off?";
            return Err(wrong(line, None, problem.into()));
        }
        Ok(Self {
            file,
            names,
            records,
        })
    }

    /// What `read` makes of each line.
    pub(super) fn rows<R>(
        &self,
        mut read: impl FnMut(&Row<'_>) -> Result<Option<R>, DirectoryError>,
    ) -> Result<Vec<R>, DirectoryError> {
        let rows = self.records.iter().filter_map(|(line, record)| {
            let row = Row {
                table: self,
                line: *line,
                record,
            };
            read(&row).transpose()
        });
        rows.collect()
    }
}

impl<'t> Row<'t> {
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// The line and its file, for a message.
    pub(super) fn place(&self) -> String {
        format!("line {} of `{}`", self.line(), self.table.file)
    }

    /// The cells that have a value, by the names of their columns.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let cells = self.table.names.iter().zip(self.record);
        cells.filter(|(_, text)| !text.is_empty())
    }

    /// The value in the column `name`.
    pub(super) fn get(&self, name: &str) -> Option<&'t str> {
        self.cells()
            .find_map(|(column, text)| (column == name).then_some(text))
    }

    /// The value in the first of these columns that there is.
    pub(super) fn required(&self, names: &[&str]) -> Result<&'t str, DirectoryError> {
        let mut columns = self.table.names.iter();
        let there = columns.find(|column| names.contains(column));
        let shown = names.first().copied().unwrap_or_default();
        let Some(column) = there else {
            let problem = format!("there is no column `{shown}`");
            return Err(wrong(&self.table.file, 1, None, problem));
        };
        match self.get(column) {
            Some(text) if !text.contains('\0') => Ok(text),
            _ => Err(self.wrong(column, "a value must stand here".into())),
        }
    }

    /// Whether it is so; none for an empty cell.
    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, DirectoryError> {
        match self.get(name) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(text) => {
                let text: String = text.chars().take(40).flat_map(char::escape_debug).collect();
                Err(self.wrong(name, format!("`{text}` is neither `true` nor `false`")))
            }
        }
    }

    fn wrong(&self, column: &str, problem: String) -> DirectoryError {
        wrong(&self.table.file, self.line(), Some(column), problem)
    }
}

/// Counts lines, which the CSV reader does not do where some are empty.
struct Lines<'b> {
    bytes: &'b [u8],
    counted: usize,
    line: u64,
}

impl<'b> Lines<'b> {
    const fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            counted: 0,
            line: 1,
        }
    }

    /// The line of what begins behind the empty lines at this position, which is behind those that were asked for before.
    fn of(&mut self, position: Option<&csv::Position>) -> u64 {
        let start = position.map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        let rest = self.bytes.iter().enumerate().skip(self.counted);
        for (index, byte) in rest {
            if index >= start && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.counted = index + 1;
            self.line += u64::from(*byte == b'\n');
        }
        self.line
    }
}

/// What the CSV reader stumbled over.
fn unreadable(file: &str, bytes: &[u8], error: &csv::Error) -> DirectoryError {
    let line = Lines::new(bytes).of(error.position());
    let problem = match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("there are {expected_len} columns, but the line has {len}"),
        ErrorKind::Utf8 { err, .. } => {
            let problem = "the cell is no UTF-8 text: save the file as UTF-8".to_owned();
            return wrong_at(file, line, Some(err.field() + 1), problem);
        }
        _ => "the line cannot be read".to_owned(),
    };
    wrong(file, line, None, problem)
}

fn wrong(file: &str, line: u64, column: Option<&str>, problem: String) -> DirectoryError {
    let column = column.map(|name| {
        let name: String = name.chars().take(40).flat_map(char::escape_debug).collect();
        format!(", column `{name}`")
    });
    csv_error(file, line, column, problem)
}

fn wrong_at(file: &str, line: u64, column: Option<usize>, problem: String) -> DirectoryError {
    csv_error(
        file,
        line,
        column.map(|number| format!(", column {number}")),
        problem,
    )
}

fn csv_error(file: &str, line: u64, column: Option<String>, problem: String) -> DirectoryError {
    DirectoryErrorKind::Csv {
        file: file.into(),
        place: format!("line {line}{}", column.unwrap_or_default()).into(),
        problem: problem.into(),
    }
    .into()
}

/// Stands in the cells of the line that is put behind the others.
const END: &str = "end";
