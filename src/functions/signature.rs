//! Signatures of functions and procedures: names, types and defaults of arguments, written as text
//! in the tables.

use std::fmt;

use crate::value::Type;

/// Argument and result types of one overload.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// The arguments in order.
    pub arguments: Vec<Argument>,
    /// Whether the last argument may be repeated (`...`).
    pub variadic: bool,
    /// What the call gives.
    pub result: Type,
}

/// One argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// The type it must have.
    pub argument_type: Type,
    /// Whether it may be left out.
    pub optional: bool,
}

impl Signature {
    /// Reads `(name :: TYPE, name? :: TYPE, name... :: TYPE) :: TYPE`. A `?` after the name marks
    /// an argument that may be left out, `...` one that may be repeated. The texts stand in our
    /// own tables; a wrong one is found by the test of the table.
    pub fn parse(text: &str) -> Signature {
        let (arguments, result) = text.rsplit_once(") ::").unwrap_or((text, "ANY"));
        let mut variadic = false;
        let arguments = arguments
            .trim_start_matches('(')
            .split(", ")
            .filter(|argument| !argument.trim().is_empty())
            .map(|argument| {
                let (name, type_name) = argument.split_once("::").unwrap_or((argument, "ANY"));
                let name = name.trim();
                variadic |= name.ends_with("...");
                Argument {
                    name: name.trim_end_matches(['?', '.']).to_owned(),
                    argument_type: parse_type(type_name),
                    optional: name.ends_with('?'),
                }
            })
            .collect();
        Signature {
            arguments,
            variadic,
            result: parse_type(result),
        }
    }

    /// The least and greatest number of arguments; no greatest where the last may be repeated.
    pub fn arity(&self) -> (usize, Option<usize>) {
        let least = self
            .arguments
            .iter()
            .filter(|argument| !argument.optional)
            .count();
        (least, (!self.variadic).then_some(self.arguments.len()))
    }

    /// The type that the argument at `index` must have.
    pub fn argument_type(&self, index: usize) -> Option<&Type> {
        let last = self.variadic.then(|| self.arguments.last()).flatten();
        self.arguments
            .get(index)
            .or(last)
            .map(|argument| &argument.argument_type)
    }
}

/// Reads the name of a type as [`Type`] prints it; a closing `?` is allowed and says nothing.
pub fn parse_type(text: &str) -> Type {
    let text = text.trim().trim_end_matches('?');
    if let Some(inner) = text
        .strip_prefix("LIST<")
        .and_then(|rest| rest.strip_suffix('>'))
    {
        return Type::List(Box::new(parse_type(inner)));
    }
    match text {
        "BOOLEAN" => Type::Boolean,
        "INTEGER" => Type::Integer,
        "FLOAT" => Type::Float,
        "NUMBER" => Type::Number,
        "STRING" => Type::String,
        "DATE" => Type::Date,
        "LOCAL TIME" => Type::LocalTime,
        "ZONED TIME" => Type::Time,
        "LOCAL DATETIME" => Type::LocalDateTime,
        "ZONED DATETIME" => Type::DateTime,
        "DURATION" => Type::Duration,
        "LIST" => Type::List(Box::new(Type::Any)),
        "MAP" => Type::Map,
        "NODE" => Type::Node,
        "RELATIONSHIP" => Type::Relationship,
        "PATH" => Type::Path,
        "NULL" => Type::Null,
        _ => Type::Any,
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (index, argument) in self.arguments.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let last = index + 1 == self.arguments.len();
            let mark = match (argument.optional, self.variadic && last) {
                (true, _) => "?",
                (_, true) => "...",
                _ => "",
            };
            write!(
                f,
                "{separator}{}{mark} :: {}",
                argument.name, argument.argument_type
            )?;
        }
        write!(f, ") :: {}", self.result)
    }
}
