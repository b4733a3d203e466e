//! The commands of the shell: one row each. `:name` and `.name` are the same.

use std::io::BufReader;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rihla::display::FORMS;
use rihla::display::footer::grouped;
use rihla::error::did_you_mean;
use rihla::import_export::Format;
use rihla::{Error, ErrorDetail, ErrorKind, Limits, Result};

use super::arguments::Imported;
use super::shell::{Shell, Stop};
use super::{exchange, help, import, schema, script};

/// A command of the shell.
pub struct Command {
    /// Its name without the colon.
    pub name: &'static str,
    /// What may follow the name.
    pub arguments: &'static str,
    /// What it does, in one sentence.
    pub sentence: &'static str,
    /// What its arguments are completed with.
    pub completion: Completion,
    run: fn(&mut Shell, &str) -> Result<(), Ending>,
}

/// What the arguments of a command are completed with.
#[derive(Debug, Clone, Copy)]
pub enum Completion {
    /// Nothing.
    Nothing,
    /// These words.
    Words(&'static [&'static str]),
    /// Ways of showing results.
    Forms,
    /// Commands and functions.
    Topics,
    /// Labels and types.
    Names,
    /// Names of files.
    Files,
}

/// How a command ended that did not end well.
pub enum Ending {
    /// The user is yet to be told.
    Failed(Error),
    /// The user has been told.
    Stopped(Stop),
}

impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        Ending::Failed(error)
    }
}

impl<T: Into<Stop>> From<T> for Ending {
    fn from(stop: T) -> Self {
        Ending::Stopped(stop.into())
    }
}

/// All commands, in the order in which `:help` shows them.
#[rustfmt::skip]
pub static COMMANDS: &[Command] = &[
    Command { name: "help",   arguments: "[COMMAND or FUNCTION]", completion: Completion::Topics,
        sentence: "what can be typed, or what a command or function does", run: help::run },
    Command { name: "schema", arguments: "[LABEL or TYPE]", completion: Completion::Names,
        sentence: "labels, types, how they connect, and their properties", run: schema::run },
    Command { name: "import", arguments: "[OPTIONS] FILE...", completion: Completion::Files,
        sentence: "read files of other tools, with the options of `rihla import`", run: import_files },
    Command { name: "export", arguments: "FILE [QUERY]", completion: Completion::Files,
        sentence: "write the graph, or what a query returns, to a file", run: export },
    Command { name: "source", arguments: "FILE", completion: Completion::Files,
        sentence: "run the statements of a file", run: source },
    Command { name: "mode",   arguments: "[MODE]", completion: Completion::Forms,
        sentence: "how results are shown", run: mode },
    Command { name: "rows",   arguments: "[NUMBER or all]", completion: Completion::Words(&["all"]),
        sentence: "how many rows a table shows", run: rows },
    Command { name: "timing", arguments: "[on or off]", completion: Completion::Words(&["on", "off"]),
        sentence: "whether to tell how long a statement took", run: timing },
    Command { name: "param",  arguments: "[NAME EXPRESSION]", completion: Completion::Nothing,
        sentence: "the parameters of statements, or a new value for one", run: param },
    Command { name: "limits", arguments: "[memory MIB] [time SECONDS] [threads NUMBER]", completion: Completion::Words(&["memory", "none", "threads", "time"]),
        sentence: "how much memory, time and threads a statement may take", run: limits },
    Command { name: "quit",   arguments: "", completion: Completion::Nothing,
        sentence: "leave, as Ctrl-D does", run: |_, _| Err(Stop::Quit.into()) },
];

/// Whether a text is a command: no statement begins with a colon or a dot.
pub fn is_command(text: &str) -> bool {
    text.trim_start().starts_with([':', '.'])
}

/// The row of the command that a text, without its sign, begins with.
///
/// # Errors
/// `ArgumentError`, with the nearest name as a hint.
pub fn find(text: &str) -> Result<&'static Command> {
    let name = text.split_whitespace().next().unwrap_or("");
    let named = |command: &&Command| command.name.eq_ignore_ascii_case(name);
    COMMANDS.iter().find(named).ok_or_else(|| {
        let names: Vec<String> = COMMANDS
            .iter()
            .map(|command| format!(":{}", command.name))
            .collect();
        let name = format!(":{name}");
        let hint = did_you_mean(&name, names.iter().map(String::as_str))
            .unwrap_or_else(|| ":help lists all".to_owned());
        Error::argument(format!("there is no command {name}")).hint(hint)
    })
}

/// Runs the command of a line.
///
/// # Errors
/// Where it fails, after telling so.
pub fn run(shell: &mut Shell, line: &str) -> std::result::Result<(), Stop> {
    let line = line.trim();
    // `:quit;` is what a hand that is used to semicolons types.
    let text = line[1..].trim_end_matches(';').trim();
    let ran = find(text).map_err(Ending::from).and_then(|command| {
        let arguments = text[command.name.len()..].trim();
        (command.run)(shell, arguments)
    });
    match ran {
        Ok(()) => shell.flush(),
        Err(Ending::Failed(error)) => Err(shell.failed(&error)),
        Err(Ending::Stopped(stop)) => Err(stop),
    }
}

fn import_files(shell: &mut Shell, arguments: &str) -> Result<(), Ending> {
    let words = words(arguments)?;
    if words.is_empty() {
        return Err(Error::argument("which files are to be read?").into());
    }
    let what = Imported::of_words(words)?;
    Ok(import::import_into_shell(shell, &what)?)
}

fn export(shell: &mut Shell, arguments: &str) -> Result<(), Ending> {
    let (file, query) = first_word(arguments)?;
    let Some(file) = file else {
        return Err(Error::argument("which file is to be written?").into());
    };
    let query = Some(query).filter(|query| !query.is_empty());
    let file = PathBuf::from(file);
    let format = Format::of_name(&file.to_string_lossy())?;
    Ok(exchange::export(shell, format, &file, false, query)?)
}

/// Scripts may run scripts, up to this depth.
const DEEPEST_SCRIPT: usize = 16;

fn source(shell: &mut Shell, arguments: &str) -> Result<(), Ending> {
    let (Some(name), "") = first_word(arguments)? else {
        return Err(Error::argument("which one file is to be run?").into());
    };
    let file = std::fs::File::open(&name).map_err(|error| {
        let message = format!("cannot open {name}: {error}");
        Error::new(ErrorKind::FileError, ErrorDetail::CannotOpen, message)
    })?;
    if shell.script_depth == DEEPEST_SCRIPT {
        return Err(Error::argument(format!("{name} is run by itself, again and again")).into());
    }
    shell.script_depth += 1;
    let ran = script::run(shell, BufReader::new(file), Some(&name));
    shell.script_depth -= 1;
    Ok(ran?)
}

fn mode(shell: &mut Shell, name: &str) -> Result<(), Ending> {
    if !name.is_empty() {
        return Ok(shell.set_form(name)?);
    }
    let chosen = shell.form.name;
    for form in FORMS {
        let mark = if form.name == chosen { "*" } else { " " };
        writeln!(shell.out(), "{mark} {:<9} {}", form.name, form.sentence)?;
    }
    Ok(())
}

fn rows(shell: &mut Shell, argument: &str) -> Result<(), Ending> {
    match argument {
        "" => {}
        "all" => shell.options.most_rows = None,
        number => {
            let most = number
                .parse()
                .ok()
                .filter(|most| *most > 0)
                .ok_or_else(|| {
                    Error::argument(format!("{number} is no number of rows")).hint("or `all`")
                })?;
            shell.options.most_rows = Some(most);
            return Ok(());
        }
    }
    let text = match shell.options.most_rows {
        None => "a table shows all rows".to_owned(),
        Some(most) => format!("a table shows {} rows", grouped(most as u64)),
    };
    Ok(writeln!(shell.out(), "{text}")?)
}

fn timing(shell: &mut Shell, argument: &str) -> Result<(), Ending> {
    shell.options.timing = match argument {
        "" => !shell.options.timing,
        "on" => true,
        "off" => false,
        other => {
            let message = format!("the timing is `on` or `off`, not {other}");
            return Err(Error::argument(message).into());
        }
    };
    let text = if shell.options.timing { "on" } else { "off" };
    Ok(writeln!(shell.out(), "timing is {text}")?)
}

fn param(shell: &mut Shell, arguments: &str) -> Result<(), Ending> {
    if arguments.is_empty() {
        let parameters = shell.parameters.0.clone();
        for (name, value) in parameters.iter() {
            writeln!(shell.out(), "${name} = {value}")?;
        }
        return Ok(());
    }
    let (name, expression) = arguments.split_once(char::is_whitespace).ok_or_else(|| {
        Error::argument("a parameter needs a name and an expression").hint(":param city 'Rabat'")
    })?;
    let name = name.trim_start_matches('$').trim_end_matches(':');
    let expression = expression.trim().trim_start_matches("=>");
    let result = shell.query(&format!("RETURN {expression} AS value"))?;
    let value = result.rows().next().map(|row| row.value(0));
    let parameters = Arc::make_mut(&mut shell.parameters.0);
    parameters.insert(name.into(), value.unwrap_or_default());
    Ok(())
}

fn limits(shell: &mut Shell, arguments: &str) -> Result<(), Ending> {
    let mut limits: Limits = *shell.session.limits_mut();
    let words: Vec<&str> = arguments.split_whitespace().collect();
    for pair in words.chunks(2) {
        let number = pair.get(1).and_then(|number| number.parse::<u32>().ok());
        match (pair[0], number, pair.get(1)) {
            ("memory", Some(mebibytes), _) => limits.memory = (mebibytes as usize) << 20,
            ("time", Some(seconds), _) => limits.time = Some(Duration::from_secs(seconds.into())),
            ("time", None, Some(&"none")) => limits.time = None,
            ("threads", Some(threads), _) if threads > 0 => {
                limits.threads = NonZeroUsize::new(threads as usize).unwrap_or(NonZeroUsize::MIN);
            }
            _ => {
                let message = format!("cannot read the limit {}", pair.join(" "));
                let hint = ":limits memory 512 time 10 threads 2";
                return Err(Error::argument(message).hint(hint).into());
            }
        }
    }
    *shell.session.limits_mut() = limits;
    let memory = grouped((limits.memory >> 20) as u64);
    let time = match limits.time {
        Some(time) => format!("{} s", time.as_secs()),
        None => "any time".to_owned(),
    };
    let threads = match limits.threads.get() {
        1 => "one thread".to_owned(),
        threads => format!("{threads} threads"),
    };
    Ok(writeln!(
        shell.out(),
        "a statement may take {memory} MiB, {time} and {threads}"
    )?)
}

/// The first word, which may stand in quotes, and the rest.
fn first_word(text: &str) -> Result<(Option<String>, &str)> {
    let text = text.trim();
    let Some(quote) = text
        .chars()
        .next()
        .filter(|first| matches!(first, '\'' | '"'))
    else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let word = Some(&text[..end]).filter(|word| !word.is_empty());
        return Ok((word.map(in_home), text[end..].trim()));
    };
    match text[1..].split_once(quote) {
        Some((word, rest)) => Ok((Some(word.to_owned()), rest.trim())),
        None => Err(Error::argument(format!("the quote {quote} is not closed"))),
    }
}

/// All words.
fn words(mut text: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    while let (Some(word), rest) = first_word(text)? {
        words.push(word);
        text = rest;
    }
    Ok(words)
}

/// The name with the user's folder for a tilde, as shells do it; blanks that completion has
/// protected are blanks.
fn in_home(name: &str) -> String {
    match (name.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_may_stand_in_quotes() {
        let words = words("a.csv 'my file.csv'  \"b c\"").expect("quotes are closed");
        assert_eq!(words, ["a.csv", "my file.csv", "b c"]);
        assert!(first_word("'open").is_err());
        assert_eq!(
            first_word("a.dot MATCH (n) RETURN n").expect("no quotes"),
            (Some("a.dot".to_owned()), "MATCH (n) RETURN n")
        );
    }

    #[test]
    fn an_unknown_command_names_the_nearest() {
        let error = find("shcema").err().expect("it is misspelt");
        assert_eq!(error.hint_text(), Some("did you mean :schema?"));
    }
}
