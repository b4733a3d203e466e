//! The program `rihla`: a shell for people, a filter for scripts, a pipe for other programs. It
//! sees only the public API of the library.

mod pipe;
mod repl;

use std::process::ExitCode;

fn main() -> ExitCode {
    repl::run()
}
