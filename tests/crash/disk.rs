//! A disk that fails on demand: operations that report errors, writes that are torn, and power cuts
//! after which only what was synced is sure to be there.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use fastrand::Rng;
use rihla::storage::{Access, Disk, DiskFile, Lock};

/// What is written at once or not at all.
const SECTOR: usize = 512;

/// The disk; cloning shares it.
#[derive(Debug, Clone)]
pub struct FaultyDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<PathBuf, Arc<Mutex<Content>>>,
    /// Names as they are after a power cut.
    synced_files: BTreeMap<PathBuf, Arc<Mutex<Content>>>,
    handles: u64,
    locks: HashMap<(PathBuf, u64), Vec<(u64, Lock)>>,
    /// Operations until one fails, if one is to.
    fail_in: Option<u64>,
    /// Whether all later ones fail, too.
    stays_failed: bool,
    /// The most bytes that fit into a file.
    room: Option<(PathBuf, u64)>,
    rng: Rng,
}

#[derive(Debug, Default, Clone)]
struct Content {
    bytes: Vec<u8>,
    synced: Vec<u8>,
    /// Writes since the last sync.
    pending: Vec<Pending>,
}

#[derive(Debug, Clone)]
enum Pending {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Debug)]
struct Handle {
    disk: FaultyDisk,
    path: PathBuf,
    number: u64,
    content: Arc<Mutex<Content>>,
    writable: bool,
}

impl FaultyDisk {
    pub fn new(seed: u64) -> Self {
        FaultyDisk(Arc::new(Mutex::new(State {
            rng: Rng::with_seed(seed),
            ..State::default()
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic holds the disk")
    }

    /// Makes the operation after `count` others fail: only that one, or it and all after it.
    pub fn fail_in(&self, count: u64, stays_failed: bool) {
        let mut state = self.state();
        state.fail_in = Some(count);
        state.stays_failed = stays_failed;
    }

    /// Leaves no more room than this many bytes for a file.
    pub fn limit(&self, path: &Path, bytes: u64) {
        self.state().room = Some((path.to_owned(), bytes));
    }

    /// Makes everything well again.
    pub fn heal(&self) {
        let mut state = self.state();
        (state.fail_in, state.stays_failed, state.room) = (None, false, None);
    }

    /// The disk after a power cut: of what was not synced, any part in any order is there.
    pub fn power_cut(&self) -> FaultyDisk {
        let mut state = self.state();
        let seed = state.rng.u64(..);
        let mut rng = Rng::with_seed(seed);
        let mut names = state.synced_files.clone();
        for (path, content) in &state.files {
            // Names that were not synced are there or not.
            if rng.bool() {
                names.insert(path.clone(), content.clone());
            }
        }
        let gone = names
            .keys()
            .filter(|path| !state.files.contains_key(*path))
            .cloned();
        for path in gone.collect::<Vec<_>>() {
            if rng.bool() {
                names.remove(&path);
            }
        }
        let files: BTreeMap<_, _> = names
            .into_iter()
            .map(|(path, content)| {
                let content = content.lock().expect("no panic").after_power_cut(&mut rng);
                (path, Arc::new(Mutex::new(content)))
            })
            .collect();
        let disk = FaultyDisk::new(seed);
        disk.state().synced_files = files.clone();
        disk.state().files = files;
        disk
    }

    /// Flips one bit of a file.
    pub fn flip(&self, path: &Path, offset: usize, bit: u8) {
        let content = self.state().files[path].clone();
        content.lock().expect("no panic").bytes[offset] ^= 1 << bit;
    }

    /// Cuts a file off.
    pub fn cut(&self, path: &Path, length: usize) {
        let content = self.state().files[path].clone();
        content.lock().expect("no panic").bytes.truncate(length);
    }

    /// The bytes of a file, if there is one.
    pub fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let content = self.state().files.get(path).cloned()?;
        let bytes = content.lock().expect("no panic").bytes.clone();
        Some(bytes)
    }

    /// Another disk with the same files.
    pub fn copy(&self) -> FaultyDisk {
        let state = self.state();
        let copy = |content: &Arc<Mutex<Content>>| {
            let bytes = content.lock().expect("no panic").bytes.clone();
            Arc::new(Mutex::new(Content {
                synced: bytes.clone(),
                bytes,
                pending: Vec::new(),
            }))
        };
        let files: BTreeMap<_, _> = state
            .files
            .iter()
            .map(|(path, content)| (path.clone(), copy(content)))
            .collect();
        let disk = FaultyDisk::new(0);
        disk.state().synced_files = files.clone();
        disk.state().files = files;
        disk
    }

    /// Counts an operation, and fails it where it is its turn.
    fn operation(&self) -> io::Result<()> {
        let mut state = self.state();
        match state.fail_in {
            Some(0) => {
                if !state.stays_failed {
                    state.fail_in = None;
                }
                Err(io::Error::other("the disk fails"))
            }
            Some(left) => {
                state.fail_in = Some(left - 1);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Content {
    fn after_power_cut(&self, rng: &mut Rng) -> Content {
        let mut bytes = self.synced.clone();
        for pending in &self.pending {
            match pending {
                Pending::Length(length) if rng.bool() => bytes.resize(*length, 0),
                Pending::Length(_) => {}
                Pending::Write(offset, written) => {
                    // Cut at sectors, each of which is there or not.
                    let mut start = 0;
                    while start < written.len() {
                        let end = ((offset + start) / SECTOR + 1) * SECTOR - offset;
                        let end = end.min(written.len());
                        if rng.bool() {
                            if bytes.len() < offset + end {
                                bytes.resize(offset + end, 0);
                            }
                            bytes[offset + start..offset + end]
                                .copy_from_slice(&written[start..end]);
                        }
                        start = end;
                    }
                }
            }
        }
        Content {
            synced: bytes.clone(),
            bytes,
            pending: Vec::new(),
        }
    }
}

impl Disk for FaultyDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        if access != Access::Read {
            self.operation()?;
        }
        let mut state = self.state();
        let known = state.files.get(path).cloned();
        let content = match (access, known) {
            (Access::Create, Some(_)) => return Err(ErrorKind::AlreadyExists.into()),
            (Access::Create, None) => {
                let content = Arc::<Mutex<Content>>::default();
                state.files.insert(path.to_owned(), content.clone());
                content
            }
            (_, None) => return Err(ErrorKind::NotFound.into()),
            (_, Some(content)) => content,
        };
        state.handles += 1;
        Ok(Arc::new(Handle {
            disk: self.clone(),
            path: path.to_owned(),
            number: state.handles,
            content,
            writable: access != Access::Read,
        }))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.operation()?;
        let removed = self.state().files.remove(path);
        removed
            .map(|_| ())
            .ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.operation()?;
        let mut state = self.state();
        let content = state.files.remove(from).ok_or(ErrorKind::NotFound)?;
        state.files.insert(to.to_owned(), content);
        Ok(())
    }

    fn sync_folder(&self, _path: &Path) -> io::Result<()> {
        self.operation()?;
        let mut state = self.state();
        state.synced_files = state.files.clone();
        Ok(())
    }

    fn distrust(&self, _path: &Path) -> Option<String> {
        None
    }
}

impl Handle {
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().expect("no panic holds a file")
    }
}

impl DiskFile for Handle {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let content = self.content();
        let start = (offset as usize).min(content.bytes.len());
        let read = buffer.len().min(content.bytes.len() - start);
        buffer[..read].copy_from_slice(&content.bytes[start..start + read]);
        Ok(read)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        assert!(self.writable, "{} was opened to read", self.path.display());
        let failed = self.disk.operation();
        let mut bytes = bytes.to_vec();
        if failed.is_err() {
            // A part of it may have been written.
            bytes.truncate(self.disk.state().rng.usize(..=bytes.len()));
        }
        let offset = offset as usize;
        let end = offset + bytes.len();
        let room = self
            .disk
            .state()
            .room
            .clone()
            .filter(|(path, _)| *path == self.path);
        let mut content = self.content();
        if room.is_some_and(|(_, room)| end as u64 > room && end > content.bytes.len()) {
            return Err(ErrorKind::StorageFull.into());
        }
        if content.bytes.len() < end {
            content.bytes.resize(end, 0);
        }
        content.bytes[offset..end].copy_from_slice(&bytes);
        content.pending.push(Pending::Write(offset, bytes));
        failed
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.operation()?;
        let mut content = self.content();
        content.synced = content.bytes.clone();
        content.pending.clear();
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.content().bytes.len() as u64)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.disk.operation()?;
        let mut content = self.content();
        content.bytes.resize(length as usize, 0);
        content.pending.push(Pending::Length(length as usize));
        Ok(())
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        let state = self.disk.state();
        Ok(state
            .files
            .get(path)
            .is_some_and(|content| Arc::ptr_eq(content, &self.content)))
    }

    fn try_lock(&self, byte: u64, kind: Lock) -> io::Result<bool> {
        let mut state = self.disk.state();
        let holders = state.locks.entry((self.path.clone(), byte)).or_default();
        let is_free = holders.iter().all(|(holder, held)| {
            *holder == self.number || (kind == Lock::Shared && *held == Lock::Shared)
        });
        if is_free {
            holders.retain(|(holder, _)| *holder != self.number);
            holders.push((self.number, kind));
        }
        Ok(is_free)
    }

    fn unlock(&self, byte: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        if let Some(holders) = state.locks.get_mut(&(self.path.clone(), byte)) {
            holders.retain(|(holder, _)| *holder != self.number);
        }
        Ok(())
    }

    fn is_locked(&self, first: u64, last: u64) -> io::Result<bool> {
        let state = self.disk.state();
        Ok(state.locks.iter().any(|((path, byte), holders)| {
            *path == self.path
                && (first..=last).contains(byte)
                && holders.iter().any(|(holder, _)| *holder != self.number)
        }))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        for holders in state.locks.values_mut() {
            holders.retain(|(holder, _)| *holder != self.number);
        }
    }
}
