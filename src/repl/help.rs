//! `:help`: the commands, the keys, or what a single command or function does.

use std::io::Write;

use rihla::Error;
use rihla::display::style::{FAINT, HEADING, NAME, paint};
use rihla::display::width::pad;
use rihla::error::did_you_mean;
use rihla::functions::{self, FUNCTIONS, Function};

use super::commands::{COMMANDS, Command, Ending};
use super::shell::Shell;

const KEYS: &[(&str, &str)] = &[
    (
        "Enter",
        "runs what ends in a semicolon, else begins a new line",
    ),
    ("Alt-Enter", "begins a new line"),
    (
        "Tab",
        "completes keywords, labels, types, keys, functions, files",
    ),
    ("Up, Ctrl-R", "what was entered before"),
    (
        "Ctrl-C",
        "stops the statement that runs, or clears the line",
    ),
    ("Ctrl-D", "leaves"),
];

const FIRST_STATEMENTS: &[&str] = &[
    "MATCH (n) RETURN labels(n) AS labels, count(*) AS nodes ORDER BY nodes DESC;",
    "MATCH (a)-[r]->(b) RETURN a, r, b LIMIT 5;",
    "SHOW FUNCTIONS;",
];

/// `:help [COMMAND or FUNCTION]`
pub fn run(shell: &mut Shell, topic: &str) -> Result<(), Ending> {
    let topic = topic.trim_start_matches([':', '.']).trim_end_matches("()");
    let colours = shell.options.colours;
    if topic.is_empty() {
        return overview(shell.out(), colours);
    }
    let command = COMMANDS.iter().find(|command| command.name == topic);
    let function = functions::find(topic);
    if let Some(command) = command {
        writeln!(shell.out(), "{}", usage(command, 0, colours))?;
    }
    if let Some(function) = function {
        describe(function, shell.out(), colours)?;
    }
    if command.is_none() && function.is_none() {
        let commands = COMMANDS.iter().map(|command| command.name);
        let names = commands.chain(FUNCTIONS.iter().map(|function| function.name));
        let error = Error::argument(format!("there is no command or function {topic}"));
        let hint = did_you_mean(topic, names)
            .unwrap_or_else(|| ":help lists the commands, SHOW FUNCTIONS the functions".to_owned());
        return Err(error.hint(hint).into());
    }
    Ok(())
}

fn overview(out: &mut impl Write, colours: bool) -> Result<(), Ending> {
    let widest = COMMANDS
        .iter()
        .map(|command| name(command).len())
        .max()
        .unwrap_or(0);
    writeln!(out, "{}", paint("Commands", HEADING, colours))?;
    for command in COMMANDS {
        writeln!(out, "  {}", usage(command, widest, colours))?;
    }
    writeln!(out, "{}", paint("Keys", HEADING, colours))?;
    for (key, sentence) in KEYS {
        writeln!(
            out,
            "  {}  {sentence}",
            paint(&pad(key, widest, false), NAME, colours)
        )?;
    }
    writeln!(out, "{}", paint("To begin with", HEADING, colours))?;
    for statement in FIRST_STATEMENTS {
        writeln!(out, "  {statement}")?;
    }
    Ok(())
}

fn name(command: &Command) -> String {
    format!(":{} {}", command.name, command.arguments)
        .trim_end()
        .to_owned()
}

fn usage(command: &Command, widest: usize, colours: bool) -> String {
    let name = pad(&name(command), widest, false);
    format!("{}  {}", paint(&name, NAME, colours), command.sentence)
}

fn describe(function: &Function, out: &mut impl Write, colours: bool) -> Result<(), Ending> {
    for signature in function.signatures {
        let name = paint(function.name, NAME, colours);
        writeln!(out, "{name}{signature}")?;
    }
    writeln!(out, "{}", function.sentence)?;
    if !function.aliases.is_empty() {
        writeln!(out, "Also: {}", function.aliases.join(", "))?;
    }
    let (expression, answer) = function.example;
    let answer = paint(&format!("-- {answer}"), FAINT, colours);
    writeln!(out, "  RETURN {expression};  {answer}")?;
    Ok(())
}
