//! Databases on disk: one file of immutable blobs, and a log of the commits since the last checkpoint.
//!
//! * In: states of the graph with the effects that led to them; a path.
//! * Out: the newest state, also that of other processes.
//! * Never: queries; what the blobs mean.
//! * Start here: `store.rs`, then `write.rs`; `docs/file-format.md` has the bytes.

mod copy;
mod data_file;
mod disk;
mod lock;
mod log;
mod options;
mod os_disk;
mod page;
mod pins;
mod space;
mod store;
mod write;

pub(crate) use copy::{compact, open_damaged, write_copy};
pub use disk::{Access, Disk, DiskFile, Lock, Watch};
pub(crate) use lock::busy;
pub use options::{OpenOptions, Survives};
pub use os_disk::OsDisk;
pub(crate) use page::is_database;
pub(crate) use store::{State, Store};
