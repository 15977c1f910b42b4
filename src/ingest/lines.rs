//! Files with one JSON object per line: rejects, and features without a link.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::ImportError;

/// A file with one JSON object per line; writes nothing if no file was requested.
pub(super) struct Lines {
    output: Option<(PathBuf, BufWriter<File>)>,
}

impl Lines {
    pub fn create(path: Option<&Path>) -> Result<Self, ImportError> {
        let output = path
            .map(|p| match File::create(p) {
                Ok(file) => Ok((p.to_owned(), BufWriter::new(file))),
                Err(source) => Err(ImportError::Output {
                    file: p.to_owned(),
                    source,
                }),
            })
            .transpose()?;
        Ok(Self { output })
    }

    fn run(
        &mut self,
        act: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), ImportError> {
        match &mut self.output {
            None => Ok(()),
            Some((path, file)) => act(file).map_err(|source| ImportError::Output {
                file: path.clone(),
                source,
            }),
        }
    }

    pub fn write(&mut self, line: &impl Serialize) -> Result<(), ImportError> {
        self.run(|file| {
            serde_json::to_writer(&mut *file, line)?;
            file.write_all(b"\n")
        })
    }

    pub fn finish(&mut self) -> Result<(), ImportError> {
        self.run(Write::flush)
    }
}
