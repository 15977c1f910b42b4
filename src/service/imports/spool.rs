//! An uploaded file as the source of an import.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use uuid::Uuid;

use crate::ingest::Source;
use crate::live::jobs::JobError;
use crate::model::both;
use crate::store::Store;

/// Copies an upload into an unnamed temporary file, which the system removes when the process ends.
pub(super) async fn spool(store: &Store, upload: Option<&str>) -> Result<Source, JobError> {
    let gone = || {
        JobError::Failed(
            (
                "上传的文件已被清除，请重新上传。",
                "The uploaded file was removed; upload it again.",
            )
                .into(),
        )
    };
    let upload = store.upload(upload.ok_or_else(gone)?).await?;
    let upload = upload.filter(|u| u.complete).ok_or_else(gone)?;
    let unwritten = |e: io::Error| {
        JobError::Failed(both!(
            "上传的文件无法复制到服务器的临时目录（{e}），请联系管理员。",
            "The uploaded file cannot be copied to the server's folder for temporary files: {e}. Tell the administrator."
        ))
    };
    let mut file = nameless().map_err(unwritten)?;
    for n in 0..upload.chunks {
        let chunk = store.upload_chunk(&upload.id, n).await?.ok_or_else(gone)?;
        file = tokio::task::spawn_blocking(move || file.write_all(&chunk).map(|()| file))
            .await
            .map_err(|e| {
                JobError::Failed(both!(
                    "复制上传的文件时意外中断（{e}），请重试。",
                    "Copying the uploaded file was interrupted: {e}. Try again."
                ))
            })?
            .map_err(unwritten)?;
    }
    let file = Arc::new(file);
    let bytes = upload.bytes;
    Ok(Source::new(upload.name, move || {
        Ok(Box::new(Opened {
            file: Arc::clone(&file),
            bytes,
            at: 0,
        }))
    }))
}

fn nameless() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("onemap-upload-{}", Uuid::new_v4()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// A reader of the file, from its beginning, with its own position.
struct Opened {
    file: Arc<File>,
    bytes: u64,
    at: u64,
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::other("a position before the file's beginning"))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_starts_at_the_beginning_of_the_file() {
        let mut file = nameless().unwrap();
        file.write_all(b"0123456789").unwrap();
        let file = Arc::new(file);
        let open = || Opened {
            file: Arc::clone(&file),
            bytes: 10,
            at: 0,
        };
        let (mut a, mut b) = (open(), open());
        let mut text = String::new();
        a.seek(SeekFrom::End(-3)).unwrap();
        a.read_to_string(&mut text).unwrap();
        b.read_to_string(&mut text).unwrap();
        assert_eq!(text, "7890123456789");
        a.seek(SeekFrom::Current(-10)).unwrap();
        assert_eq!(a.seek(SeekFrom::Current(2)).unwrap(), 2);
        assert!(b.seek(SeekFrom::Current(-11)).is_err());
    }
}
