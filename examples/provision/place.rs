use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use toml::Spanned;

use crate::exit::Failure;

/// The text of the configuration, to say where in it something is wrong.
#[derive(Debug)]
pub(crate) struct Text {
    file: PathBuf,
    text: String,
}

impl Text {
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::wrong(format!(
                "the configuration `{}` cannot be read: {error}; give another one with --config",
                file.display()
            ))
        })?;
        Ok(Self {
            file: file.into(),
            text,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Something is wrong at this place of the text.
    pub(crate) fn wrong(&self, span: &Range<usize>, what: impl std::fmt::Display) -> Failure {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        let file = self.file.display();
        Failure::wrong(format!("`{file}`, line {line}, column {column}: {what}"))
    }

    /// A value as what it is to be.
    pub(crate) fn read_as<V, E: std::fmt::Display>(
        &self,
        value: &Spanned<String>,
        read: impl FnOnce(&str) -> Result<V, E>,
    ) -> Result<V, Failure> {
        read(value.get_ref()).map_err(|error| self.wrong(&value.span(), error))
    }

    /// A path, which is taken from the folder of the configuration.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        folder.join(path)
    }
}
