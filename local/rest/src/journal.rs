//! Counted requests on disk, so that a restart of the server resets no limit.
//!
//! Each counted request is a line, written at once, so that it outlives a crash of the process.
//! Incomplete and invalid lines are skipped. Without a writable file, requests are counted in memory
//! only.

use crate::limits::Caller;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fs::{DirBuilder, File, OpenOptions, rename};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Limit of the bytes that are read of a file.
const LONGEST: u64 = 64 << 20;
/// Number of expired lines below which a file is not rewritten.
const SLACK: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub caller: Caller,
    pub at: SystemTime,
    /// Its window.
    pub window: Duration,
}

/// A file to append to, or none.
pub struct Journal {
    path: PathBuf,
    file: Option<File>,
    lines: usize,
}

impl Journal {
    /// Returns a journal without a file.
    pub fn none() -> Self {
        Self { path: PathBuf::new(), file: None, lines: 0 }
    }

    /// Opens the journal in this file, and returns its lines.
    pub fn open(path: &Path) -> (Self, Vec<Entry>) {
        let entries = read(path).unwrap_or_default();
        let mut journal = Self { path: path.to_path_buf(), file: None, lines: 0 };
        if let Err(error) = journal.write_anew(&entries) {
            journal.give_up(&error);
        }
        (journal, entries)
    }

    pub fn append(&mut self, entry: &Entry) {
        let Some(file) = &mut self.file else { return };
        self.lines += 1;
        if let Err(error) = file.write_all(line(entry).as_bytes()) {
            self.give_up(&error);
        }
    }

    /// Returns whether most lines have expired, given the number of counted requests.
    pub fn is_stale(&self, counted: usize) -> bool {
        self.file.is_some() && self.lines > 2 * counted + SLACK
    }

    pub fn replace(&mut self, entries: &[Entry]) {
        if let Err(error) = self.write_anew(entries) {
            self.give_up(&error);
        }
    }

    fn write_anew(&mut self, entries: &[Entry]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let half_written = self.path.with_extension("new");
        let open = |options: &mut OpenOptions, path: &Path| options.mode(0o600).open(path);
        let file = open(OpenOptions::new().write(true).create(true).truncate(true), &half_written)?;
        let mut file = BufWriter::new(file);
        for entry in entries {
            file.write_all(line(entry).as_bytes())?;
        }
        file.flush()?;
        rename(&half_written, &self.path)?;
        self.file = Some(open(OpenOptions::new().append(true).create(true), &self.path)?);
        self.lines = entries.len();
        Ok(())
    }

    fn give_up(&mut self, error: &io::Error) {
        tracing::warn!("counts are not kept in {}: {error}", self.path.display());
        self.file = None;
    }
}

fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let lines = bytes[..whole].split(|byte| *byte == b'\n');
    Ok(lines.filter_map(|line| entry(str::from_utf8(line).ok()?)).collect())
}

/// `1764512345678 60 user 3f2a…`: milliseconds, the seconds of the window, the caller.
fn line(entry: &Entry) -> String {
    let at = entry.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let (kind, name) = match &entry.caller {
        Caller::User(user) => ("user", utf8_percent_encode(user, NON_ALPHANUMERIC).to_string()),
        Caller::Network(None) => ("network", String::new()),
        Caller::Network(Some(address)) => ("network", address.to_string()),
        Caller::Service => ("service", String::new()),
    };
    format!("{at} {} {kind} {name}\n", entry.window.as_secs())
}

fn entry(line: &str) -> Option<Entry> {
    let mut words = line.splitn(4, ' ');
    let at = UNIX_EPOCH.checked_add(Duration::from_millis(words.next()?.parse().ok()?))?;
    let window = Duration::from_secs(words.next()?.parse().ok()?);
    let caller = match (words.next()?, words.next()?) {
        ("user", name) => Caller::User(percent_decode_str(name).decode_utf8().ok()?.into_owned()),
        ("network", "") => Caller::Network(None),
        ("network", address) => Caller::Network(Some(address.parse().ok()?)),
        ("service", "") => Caller::Service,
        _ => return None,
    };
    Some(Entry { caller, at, window })
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Returns a path in a folder that does not exist yet.
    pub fn some_path() -> PathBuf {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("cinefluent-journal-{}-{number}", std::process::id());
        std::env::temp_dir().join(name).join("counts")
    }

    fn entries() -> Vec<Entry> {
        let callers = [
            Caller::User("a b\n%".to_string()),
            Caller::Network(Some("2001:db8::".parse().unwrap())),
            Caller::Network(None),
            Caller::Service,
        ];
        let at = UNIX_EPOCH + Duration::from_millis(1_764_512_345_678);
        let window = Duration::from_secs(60);
        callers.map(|caller| Entry { caller, at, window }).to_vec()
    }

    #[test]
    fn what_is_appended_is_read_again() {
        let path = some_path();
        let (mut journal, empty) = Journal::open(&path);
        assert_eq!(empty, []);
        entries().iter().for_each(|entry| journal.append(entry));
        assert_eq!(Journal::open(&path).1, entries());
        assert_eq!(Journal::open(&path).1, entries());
    }

    #[test]
    fn only_its_owner_reads_it() {
        let path = some_path();
        Journal::open(&path);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn torn_and_strange_lines_are_skipped() {
        let path = some_path();
        let (mut journal, _) = Journal::open(&path);
        entries().iter().for_each(|entry| journal.append(entry));
        let garbage = b"\xff\xfe\x00\n\n1 2\nx 60 user a\n99999999999999999999 60 user a\n\
            1 60 network nowhere\n1 60 king a\n";
        let whole = fs::read(&path).unwrap();
        let torn = b"1764512345678 60 user torn";
        fs::write(&path, [&garbage[..], &whole, torn].concat()).unwrap();
        assert_eq!(Journal::open(&path).1, entries());
    }

    #[test]
    fn a_file_that_cannot_be_is_done_without() {
        let taken = some_path();
        fs::create_dir_all(&taken).unwrap();
        for path in [taken, PathBuf::from("/dev/null/counts")] {
            let (mut journal, entries_read) = Journal::open(&path);
            journal.append(&entries()[0]);
            journal.replace(&entries());
            assert_eq!(entries_read, []);
        }
    }

    #[test]
    fn it_grows_stale_and_is_replaced() {
        let path = some_path();
        let (mut journal, _) = Journal::open(&path);
        (0..=SLACK + 2).for_each(|_| journal.append(&entries()[0]));
        assert!(journal.is_stale(1));
        assert!(!journal.is_stale(2));
        journal.replace(&entries());
        assert!(!journal.is_stale(0));
        journal.append(&entries()[0]);
        assert_eq!(Journal::open(&path).1.len(), 5);
        assert!(!Journal::none().is_stale(0));
    }
}
