//! The error that every public call returns: a kind, a detail, a phase, a place and a hint.
//!
//! Kinds and details of the language bear the names of the openCypher TCK
//! (`SyntaxError: UndefinedVariable`); the others are ours. Every folder builds this type;
//! it uses nothing of them but spans.

use std::fmt;

use crate::parse::span::Span;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed statement, file or setting.
///
/// ```
/// let database = rihla::Database::in_memory();
/// let error = database.session().query("RETURN y", ()).unwrap_err();
/// assert_eq!(error.code(), "SyntaxError: UndefinedVariable");
/// ```
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    detail: ErrorDetail,
    phase: Phase,
    message: String,
    span: Option<Span>,
    hint: Option<String>,
}

/// When an error was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the first row was touched.
    CompileTime,
    /// While rows were computed or files read.
    Runtime,
}

macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $meaning:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = $meaning] $variant,)+
        }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name that users see.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => stringify!($variant)),+ }
            }

            /// What it means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $($name::$variant => $meaning),+ }
            }
        }
    };
}

names! {
    /// The class of an error; the TCK calls it the type.
    ErrorKind {
        SyntaxError = "The text is no valid statement.",
        SemanticError = "The statement is well formed but contradicts itself.",
        ParameterMissing = "A parameter that the statement uses was not given.",
        TypeError = "A value has a type that the operation does not take.",
        ArgumentError = "A value has the right type but is out of range.",
        ArithmeticError = "A calculation has no result: division by zero, overflow.",
        EntityNotFound = "A node or relationship does not exist any more.",
        ProcedureError = "A procedure is unknown or failed.",
        ConstraintVerificationFailed = "The graph would break a rule.",
        SchemaError = "An index or constraint is there already, or is not there.",
        TransactionError = "A transaction cannot go on.",
        ResourceError = "A limit of memory or time was reached, or the statement was interrupted.",
        Unsupported = "The feature is known but not there.",
        FileError = "A file could not be read or written.",
        FormatError = "A file does not follow its format.",
        Corruption = "Stored data is damaged.",
        InternalError = "A defect of this program; please report it.",
    }
}

names! {
    /// What exactly is wrong.
    ErrorDetail {
        UndefinedVariable = "A variable is used that is not defined here.",
        VariableAlreadyBound = "A variable is declared that exists already.",
        VariableTypeConflict = "A variable is used as something that it is not.",
        UnexpectedSyntax = "The text does not follow the grammar.",
        InvalidNumberLiteral = "A number is not well formed.",
        InvalidUnicodeCharacter = "A character stands where only others are allowed.",
        InvalidUnicodeLiteral = "An escape in a string is no Unicode character.",
        IntegerOverflow = "An integer does not fit 64 bits.",
        FloatingPointOverflow = "A number is too large for a float.",
        InvalidArgumentType = "An argument has a type that is not taken.",
        InvalidArgumentValue = "An argument has a value that is not taken.",
        InvalidNumberOfArguments = "A function or procedure got too few or too many arguments.",
        InvalidArgumentPassingMode = "A procedure inside a query needs its arguments written out.",
        InvalidParameterUse = "A parameter stands where none is allowed.",
        InvalidClauseComposition = "Clauses stand in an order that is not allowed.",
        InvalidDelete = "Something is deleted that is no node, relationship or path.",
        InvalidAggregation = "An aggregating function stands where none is allowed.",
        NestedAggregation = "An aggregating function stands inside another.",
        AmbiguousAggregationExpression = "An expression mixes aggregates with values that are not grouped by.",
        InvalidRelationshipPattern = "A relationship pattern is not valid here.",
        RequiresDirectedRelationship = "A relationship to be created needs a direction.",
        NoSingleRelationshipType = "A relationship to be created needs exactly one type.",
        CreatingVarLength = "A relationship of variable length cannot be created.",
        RelationshipUniquenessViolation = "A relationship variable stands twice in a pattern.",
        NegativeIntegerArgument = "A number that must not be negative is.",
        NonConstantExpression = "SKIP and LIMIT must not use variables.",
        NumberOutOfRange = "A number is outside the allowed range.",
        NoVariablesInScope = "`*` stands where no variable is in sight.",
        NoExpressionAlias = "An expression in WITH needs a name.",
        ColumnNameConflict = "Two columns have the same name.",
        DifferentColumnsInUnion = "The queries of a UNION have different columns.",
        UnknownFunction = "There is no function of this name.",
        ProcedureNotFound = "There is no procedure of this name.",
        MissingParameter = "A parameter was not given.",
        MapElementAccessByNonString = "A map is accessed by something other than a string.",
        ListElementAccessByNonInteger = "A list is accessed by something other than an integer.",
        PropertyAccessByNonString = "A property is accessed by something other than a string.",
        InvalidElementAccess = "A value without elements is accessed like a list or map.",
        InvalidPropertyType = "A value of this type cannot be stored as a property.",
        DeletedEntityAccess = "A deleted node or relationship is accessed.",
        DeleteConnectedNode = "A node that still has relationships is deleted.",
        MergeReadOwnWrites = "MERGE got null for a property.",
        DivisionByZero = "An integer is divided by zero.",
        UnsupportedFeature = "The feature is not there.",
        TooComplex = "The statement is nested too deeply or too long.",
        OutOfMemory = "The memory budget of the statement is spent.",
        TimeLimitReached = "The time limit of the statement is reached.",
        Interrupted = "The statement was interrupted.",
        IdsExhausted = "No more nodes or relationships can be numbered.",
        TransactionState = "There is no transaction, or one too many, or it cannot do this.",
        TransactionConflict = "Another commit came between; the transaction can be tried again.",
        WriterBusy = "Another writer has the turn.",
        SchemaExists = "An index or constraint of this name, or about the same, is there already.",
        SchemaNotFound = "There is no index or constraint of this name.",
        UniquenessViolated = "Two elements have equal values where a constraint forbids it.",
        PropertyMissing = "A property is missing where a constraint asks for it.",
        PropertyTypeViolated = "A property has another type than a constraint asks for.",
        GraphTypeViolated = "An element is not as the graph type says.",
        CannotOpen = "A file cannot be opened.",
        NotADatabase = "A file is no database.",
        NewerFormat = "A database was written by a newer release.",
        ReadOnly = "A database that was opened to read cannot be changed.",
        FileAccessDenied = "A query must not read or write this file here.",
        CannotWrite = "A file cannot be written.",
        InvalidEncoding = "The text is not valid UTF-8.",
        UnknownFormat = "The format of a file is not known.",
        InvalidContent = "The content of a file does not follow its format.",
        DuplicateId = "Two nodes of a file have the same id.",
        MissingNode = "A relationship of a file points to a node that is not there.",
        DamagedData = "Stored data does not match its checksum or its structure.",
        Defect = "An invariant of this program does not hold.",
    }
}

impl Error {
    /// An error found while rows are computed; see [`Error::compile_time`].
    pub fn new(kind: ErrorKind, detail: ErrorDetail, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            detail,
            phase: Phase::Runtime,
            message: message.into(),
            span: None,
            hint: None,
        }))
    }

    /// A `SyntaxError`, found at compile time, at `span`.
    pub fn syntax(detail: ErrorDetail, span: Span, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::SyntaxError, detail, message)
            .compile_time()
            .at(span)
    }

    /// A `TypeError` found while rows are computed.
    pub fn type_error(message: impl Into<String>) -> Self {
        Error::new(
            ErrorKind::TypeError,
            ErrorDetail::InvalidArgumentType,
            message,
        )
    }

    /// An `ArgumentError` found while rows are computed.
    pub fn argument(message: impl Into<String>) -> Self {
        Error::new(
            ErrorKind::ArgumentError,
            ErrorDetail::InvalidArgumentValue,
            message,
        )
    }

    /// A refusal of something that other systems have.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Error::new(
            ErrorKind::Unsupported,
            ErrorDetail::UnsupportedFeature,
            message,
        )
        .compile_time()
    }

    /// Stored bytes that are not what was stored.
    pub fn damaged(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Corruption, ErrorDetail::DamagedData, message)
            .hint("`rihla check` tells what is damaged, `rihla recover` saves the rest")
    }

    /// A broken invariant of this program.
    pub fn internal(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InternalError, ErrorDetail::Defect, message)
    }

    /// The same error, found before the first row was touched.
    pub fn compile_time(mut self) -> Self {
        self.0.phase = Phase::CompileTime;
        self
    }

    /// The same error with its place in the statement; a place that is known already stays.
    pub fn at(mut self, span: Span) -> Self {
        self.0.span.get_or_insert(span);
        self
    }

    /// The same error with a way out, a whole sentence: `did you mean HELD_IN?`
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The class of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What exactly is wrong.
    pub fn detail(&self) -> ErrorDetail {
        self.0.detail
    }

    /// When it was found.
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// What is wrong, in words, without code and place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The place in the statement, in bytes.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }

    /// A way out, if one is known.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Kind and detail, as users see them: `SyntaxError: UndefinedVariable`.
    pub fn code(&self) -> String {
        format!("{}: {}", self.0.kind.name(), self.0.detail.name())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.0.message)?;
        match &self.0.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// The candidate nearest to `name`, if one is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::osa_distance(&wanted, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= 1 + wanted.chars().count() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `did you mean HELD_IN?`, if a candidate is near enough.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean {candidate}?"))
}
