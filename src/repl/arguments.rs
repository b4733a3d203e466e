//! The command line.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Parser, Subcommand};
use rihla::display::FORMS;
use rihla::import_export::{Format, IMPORT_OPTIONS, ImportOptions};
use rihla::{Error, Result};

use super::upkeep;

/// The flag of what is only tried.
const DRY_RUN: &str = "dry-run";

/// An embedded knowledge-graph database: ask a property graph in openCypher.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    after_help = "\
Without a path the knowledge graph of ICESCO is opened, in memory: changes are not kept, unless they are
exported. So it is with graph files of other tools. A database keeps what it is told; where there is
nothing at the path, it is made.

Examples:
  rihla                                              explore the graph of ICESCO
  rihla notes.rihla                                  open a database, or make it
  rihla import notes.rihla people.csv knows.csv      read files into a database
  rihla people.csv knows.csv                         explore a graph of files
  rihla -c 'MATCH (n) RETURN count(n)' graph.json    run a query and print its result
  rihla --mode json < queries.cypher | jq            run a script
  rihla convert people.csv knows.csv.gz graph.json   turn files into a file of another tool
  rihla export notes.rihla --query 'MATCH p = (:City)--() RETURN p' cities.dot

Exit codes: 0 well, 1 a statement failed, 2 wrong usage, 3 a file cannot be opened,
130 interrupted."
)]
pub struct Arguments {
    /// A database; or graph files to read into memory, together one graph; `:memory:` for an empty
    /// one
    #[arg(value_name = "PATH")]
    pub files: Vec<PathBuf>,
    /// Open the database without changing anything in it or beside it
    #[arg(short, long)]
    pub read_only: bool,
    /// Run these statements and end; may be given several times
    #[arg(short, long, value_name = "QUERY")]
    pub command: Vec<String>,
    /// How results are shown
    #[arg(short, long, value_parser = PossibleValuesParser::new(FORMS.iter().map(|form| form.name)))]
    pub mode: Option<String>,
    #[command(subcommand)]
    pub action: Option<Action>,
}

/// What to do instead of reading statements.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Write the graph, or what a query finds, to a file of another tool
    Export(Export),
    /// Turn files of one tool into a file of another, without a database
    Convert(Convert),
    /// Answer requests of another program, one JSON object a line
    Pipe(Pipe),
    /// Read graph files into a database: all of them or nothing
    Import(Import),
    /// Walk through a whole database and tell what is damaged
    Check(upkeep::One),
    /// Copy a database, also while others write to it
    Backup(upkeep::Two),
    /// Write a database anew without room that nobody uses; nobody may have it open
    Compact(upkeep::One),
    /// Put all that can be read of a damaged database into a new one
    Recover(upkeep::Two),
    /// Write a database with its schema as a Cypher script
    Dump(upkeep::Two),
    /// Make a database from a script that `dump` wrote
    Restore(upkeep::Restore),
}

/// `rihla import`
#[derive(Debug, Args)]
pub struct Import {
    /// The database, made where there is none
    pub database: PathBuf,
    #[command(flatten)]
    pub what: Imported,
}

/// `:import`
#[derive(Debug, Parser)]
#[command(name = ":import", no_binary_name = true, disable_help_flag = true)]
struct ImportCommand {
    #[command(flatten)]
    what: Imported,
}

/// What is imported, and how.
#[derive(Debug, Args)]
pub struct Imported {
    /// Files of other tools, together one graph; `-` for standard input; `.gz` and `.zst` are seen
    /// through
    #[arg(required_unless_present_any = ["nodes", "relationships"])]
    pub files: Vec<PathBuf>,
    /// Tables of nodes with their labels, as neo4j-admin takes them: `Person:Author=header.csv,people.csv`
    #[arg(long, value_name = "[LABELS=]FILES")]
    pub nodes: Vec<String>,
    /// Tables of relationships with their type: `KNOWS=knows.csv`
    #[arg(long, value_name = "[TYPE=]FILES")]
    pub relationships: Vec<String>,
    #[command(flatten)]
    pub reading: Reading<false>,
}

/// How files are read: by the options that every import has. Where files are written, too, `--format` is
/// the format of those.
#[derive(Debug)]
pub struct Reading<const ALSO_WRITING: bool> {
    /// The options that are given, by name.
    given: Vec<(&'static str, String)>,
    /// Whether all is only tried.
    pub dry_run: bool,
}

/// How a file is written.
#[derive(Debug, Args)]
pub struct Writing {
    /// The format to write, where the ending does not tell it
    #[arg(
        id = "written_format",
        short = 'f',
        long = "format",
        value_name = "FORMAT"
    )]
    pub format: Option<String>,
    /// Refuse to write where the format cannot hold all of the graph
    #[arg(long)]
    pub strict: bool,
}

/// `rihla pipe`
#[derive(Debug, Args)]
pub struct Pipe {
    /// A database, made where there is none; an empty graph in memory without
    pub database: Option<PathBuf>,
    /// Let queries read files: all, or those of a folder
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true)]
    pub files: Option<Option<PathBuf>>,
}

/// `rihla export`
#[derive(Debug, Args)]
pub struct Export {
    /// A database, or graph files, together one graph; the graph of ICESCO without. Last the file to
    /// write, its ending tells the format; `-` for standard output
    #[arg(required = true, value_name = "PATH")]
    pub files: Vec<PathBuf>,
    /// Write only the nodes, relationships and paths that this query returns
    #[arg(short, long)]
    pub query: Option<String>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `rihla convert`
#[derive(Debug, Args)]
pub struct Convert {
    /// The files to read, together one graph, and last the file to write, its ending tells the
    /// format; `-` for standard input and output; `.gz` and `.zst` are seen through
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading<true>,
    #[command(flatten)]
    pub writing: Writing,
}

impl Imported {
    /// What the words behind `:import` say.
    ///
    /// # Errors
    /// Where the command line would not take them.
    pub fn of_words(words: Vec<String>) -> Result<Imported> {
        let command = ImportCommand::try_parse_from(words).map_err(|error| {
            let text = error.to_string();
            let (message, _) = text.split_once("\n\nUsage:").unwrap_or((&text, ""));
            Error::argument(message.trim_start_matches("error: ").trim())
        })?;
        Ok(command.what)
    }
}

impl<const ALSO_WRITING: bool> Reading<ALSO_WRITING> {
    /// What an import is told.
    ///
    /// # Errors
    /// Where an option cannot be what is given.
    pub fn options(&self) -> Result<ImportOptions> {
        let mut options = ImportOptions::default();
        for (name, text) in &self.given {
            options.set(name, text)?;
        }
        Ok(options)
    }
}

impl<const ALSO_WRITING: bool> Args for Reading<ALSO_WRITING> {
    fn augment_args(command: Command) -> Command {
        let dry_run = Arg::new(DRY_RUN)
            .long(DRY_RUN)
            .action(ArgAction::SetTrue)
            .help("Read and tell what was read, but write nothing");
        let options = IMPORT_OPTIONS.iter().map(|option| {
            let arg = Arg::new(option.name).help(option.sentence);
            let arg = match (option.name, ALSO_WRITING) {
                ("format", true) => arg.long("from").value_name("FORMAT"),
                ("format", false) => arg.long(option.flag).short('f').value_name("FORMAT"),
                _ => arg.long(option.flag).value_name("NAME"),
            };
            match option.words {
                [] => arg,
                words => arg.value_parser(PossibleValuesParser::new(words)),
            }
        });
        command.args(options).arg(dry_run)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const ALSO_WRITING: bool> FromArgMatches for Reading<ALSO_WRITING> {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let given = IMPORT_OPTIONS.iter().filter_map(|option| {
            let text = matches.get_one::<String>(option.name)?;
            Some((option.name, text.clone()))
        });
        Ok(Reading {
            given: given.collect(),
            dry_run: matches.get_flag(DRY_RUN),
        })
    }

    fn update_from_arg_matches(
        &mut self,
        matches: &ArgMatches,
    ) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Writing {
    /// The format of `--format`, or the one that the ending of the target tells.
    ///
    /// # Errors
    /// Where neither names one.
    pub fn format_of(&self, target: &Path) -> Result<&'static Format> {
        match &self.format {
            Some(name) => Format::named(name),
            None if target == Path::new("-") => {
                let error = Error::argument("the format of standard output is not given");
                Err(error.hint("add --format with one of the formats"))
            }
            None => Format::of_name(&target.to_string_lossy()),
        }
    }
}
