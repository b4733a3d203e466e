//! The statements of earlier sessions, in the user's state folder. Each is kept when it is
//! entered, so that nothing is lost however the program ends.

use std::path::PathBuf;

use rustyline::Editor;
use rustyline::history::DefaultHistory;

use super::input::Assistant;

/// The editor of the prompt.
pub type LineEditor = Editor<Assistant, DefaultHistory>;

/// The file, or nothing where the user has no folder for such things.
pub fn file() -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    };
    let state = folder("XDG_STATE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".local/state")))
        .or_else(|| folder("LOCALAPPDATA"))?;
    Some(state.join("rihla").join("history"))
}

/// Reads what was kept. A history that is not there, or cannot be read, is no reason not to start.
pub fn load(editor: &mut LineEditor) {
    if let Some(file) = file() {
        let _ = editor.load_history(&file);
    }
}

/// Keeps what was entered, where that is possible.
pub fn add(editor: &mut LineEditor, entered: &str) {
    if !editor.add_history_entry(entered).unwrap_or(false) {
        return;
    }
    let Some(file) = file() else { return };
    let folder_exists = file
        .parent()
        .is_some_and(|folder| std::fs::create_dir_all(folder).is_ok());
    if folder_exists {
        let _ = editor.append_history(&file);
    }
}
