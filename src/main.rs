//! The program `rihla`: a shell for people, a filter for scripts, a pipe for other programs. It
//! sees only the public API of the library.

mod pipe;
mod repl;

use std::process::ExitCode;

/// Statements make many small columns and lists and drop them, on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    repl::run()
}
