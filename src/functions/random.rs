//! Random bits for `rand()` and `randomUUID()`: SipHash over a counter, under a key of 128 bits
//! that each thread draws from the operating system. Good for sampling and for identifiers that
//! must not meet; not meant for secrets.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

thread_local! {
    static KEY: RandomState = RandomState::new();
    static COUNTER: Cell<u64> = const { Cell::new(0) };
}

/// The next 64 random bits of this thread.
pub(super) fn random_bits() -> u64 {
    let counter = COUNTER.replace(COUNTER.get().wrapping_add(1));
    KEY.with(|key| key.hash_one(counter))
}
