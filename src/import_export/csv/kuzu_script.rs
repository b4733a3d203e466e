//! The two scripts of an exported Kùzu database: the tables that `schema.cypher` makes, and the
//! files that `copy.cypher` fills them from.

use std::collections::BTreeMap;

/// What is wrong with a script, and the line of it.
pub(super) type Wrong = (u64, String);

/// The tables of a database by their names.
#[derive(Debug, Default)]
pub(super) struct Schema(BTreeMap<String, TableOf>);

/// A table; columns are names and types.
#[derive(Debug)]
pub(super) enum TableOf {
    Nodes {
        columns: Vec<(String, String)>,
        key: String,
    },
    Relationships {
        columns: Vec<(String, String)>,
        /// The tables of nodes that it goes from and to.
        ends: Vec<(String, String)>,
    },
}

/// One file that fills one table.
#[derive(Debug)]
pub(super) struct Copy {
    pub line: u64,
    pub table: String,
    /// The columns that the file has, where it does not have all.
    pub columns: Option<Vec<String>>,
    pub file: String,
    pub has_header: bool,
    pub delimiter: u8,
    pub quote: u8,
    pub escape: u8,
    /// The tables of nodes that a table of relationships goes from and to, where it has several.
    pub from: Option<String>,
    pub to: Option<String>,
}

impl TableOf {
    /// Names and types.
    pub fn columns(&self) -> &[(String, String)] {
        match self {
            TableOf::Nodes { columns, .. } | TableOf::Relationships { columns, .. } => columns,
        }
    }
}

impl Schema {
    /// The table called `name`.
    pub fn table(&self, name: &str) -> Option<&TableOf> {
        self.0.get(name)
    }

    /// Reads `CREATE NODE TABLE` and `CREATE REL TABLE` statements; others are passed over.
    pub fn parse(script: &str) -> Result<Schema, Wrong> {
        let mut tokens = Tokens::of(script);
        let mut schema = Schema::default();
        while let Some(token) = tokens.next() {
            if !token.is("CREATE") {
                continue;
            }
            let is_nodes = tokens.takes("NODE");
            if !is_nodes && !tokens.takes("REL") {
                continue;
            }
            if !tokens.takes("TABLE") {
                continue;
            }
            tokens.takes("GROUP");
            for word in ["IF", "NOT", "EXISTS"] {
                tokens.takes(word);
            }
            let name = tokens.name()?;
            let items = tokens.list()?;
            let table = if is_nodes {
                nodes(items).ok_or_else(|| tokens.wrong("the table has no primary key"))?
            } else {
                relationships(items)
            };
            schema.0.insert(name, table);
        }
        Ok(schema)
    }
}

fn nodes(items: Vec<Vec<Token>>) -> Option<TableOf> {
    let mut columns = Vec::new();
    let mut key = None;
    for item in items {
        match item.as_slice() {
            [first, second, Token::Sign('('), name, ..]
                if first.is("PRIMARY") && second.is("KEY") =>
            {
                key = name.text();
            }
            _ => {
                if let Some(column) = column(&item) {
                    if item.iter().any(|token| token.is("PRIMARY")) {
                        key = Some(column.0.clone());
                    }
                    columns.push(column);
                }
            }
        }
    }
    Some(TableOf::Nodes { columns, key: key? })
}

fn relationships(items: Vec<Vec<Token>>) -> TableOf {
    let (mut columns, mut ends) = (Vec::new(), Vec::new());
    for item in items {
        match item.as_slice() {
            [from_word, from, to_word, to, ..] if from_word.is("FROM") && to_word.is("TO") => {
                ends.extend(from.text().zip(to.text()));
            }
            // How many relationships a node may have: MANY_MANY.
            [_] => {}
            _ => columns.extend(column(&item)),
        }
    }
    TableOf::Relationships { columns, ends }
}

/// `name TYPE`, up to a default or a mark of the primary key.
fn column(item: &[Token]) -> Option<(String, String)> {
    let (name, rest) = item.split_first()?;
    let ends = |token: &&Token| !token.is("DEFAULT") && !token.is("PRIMARY");
    let type_name: String = rest.iter().take_while(ends).map(Token::source).collect();
    Some((name.text()?, type_name))
}

/// Reads the `COPY` statements of a script.
pub(super) fn copies(script: &str) -> Result<Vec<Copy>, Wrong> {
    let mut tokens = Tokens::of(script);
    let mut copies = Vec::new();
    while let Some(token) = tokens.next() {
        if !token.is("COPY") {
            continue;
        }
        let line = tokens.line();
        let table = tokens.name()?;
        let columns = match tokens.peek() {
            Some(Token::Sign('(')) => {
                let names = tokens.list()?.into_iter();
                Some(names.filter_map(|item| item.first()?.text()).collect())
            }
            _ => None,
        };
        if !tokens.takes("FROM") {
            return Err(tokens.wrong("FROM is missing"));
        }
        let file = tokens.name()?;
        let mut copy = Copy {
            line,
            table,
            columns,
            file,
            has_header: false,
            delimiter: b',',
            quote: b'"',
            escape: b'"',
            from: None,
            to: None,
        };
        if tokens.peek() == Some(&Token::Sign('(')) {
            for option in tokens.list()? {
                copy.set(&option)
                    .ok_or_else(|| (line, "an option cannot be read".to_owned()))?;
            }
        }
        copies.push(copy);
    }
    Ok(copies)
}

impl Copy {
    /// Takes an option, `name = value`; one that only concerns speed is passed over.
    fn set(&mut self, option: &[Token]) -> Option<()> {
        let [name, Token::Sign('='), value] = option else {
            return None;
        };
        let text = value.text()?;
        let byte = || match text.as_bytes() {
            [byte] => Some(*byte),
            b"\\t" => Some(b'\t'),
            _ => None,
        };
        match name.text()?.to_ascii_uppercase().as_str() {
            "HEADER" => self.has_header = text.eq_ignore_ascii_case("true"),
            "DELIM" | "DELIMITER" => self.delimiter = byte()?,
            "QUOTE" => self.quote = byte()?,
            "ESCAPE" => self.escape = byte()?,
            "FROM" => self.from = Some(text),
            "TO" => self.to = Some(text),
            _ => {}
        }
        Some(())
    }
}

/// A word, a text in quotes, or a sign.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

impl Token {
    fn is(&self, word: &str) -> bool {
        matches!(self, Token::Word(own) if own.eq_ignore_ascii_case(word))
    }

    fn text(&self) -> Option<String> {
        match self {
            Token::Word(text) | Token::Text(text) => Some(text.clone()),
            Token::Sign(_) => None,
        }
    }

    fn source(&self) -> String {
        self.text().unwrap_or_else(|| match self {
            Token::Sign(sign) => sign.to_string(),
            _ => String::new(),
        })
    }
}

/// The tokens of a script, each with its line.
struct Tokens {
    tokens: Vec<(u64, Token)>,
    place: usize,
}

impl Tokens {
    fn of(script: &str) -> Tokens {
        let mut tokens = Vec::new();
        let mut line = 1;
        let mut characters = script.chars().peekable();
        while let Some(character) = characters.next() {
            let token = match character {
                '\n' => {
                    line += 1;
                    continue;
                }
                quote @ ('"' | '\'' | '`') => {
                    let mut text = String::new();
                    while let Some(next) = characters.next() {
                        match next {
                            _ if next == quote => break,
                            '\\' if quote != '`' => text.extend(escaped(characters.next())),
                            _ => text.push(next),
                        }
                    }
                    Token::Text(text)
                }
                first if first.is_alphanumeric() || first == '_' => {
                    let mut word = String::from(first);
                    while let Some(next) =
                        characters.next_if(|next| next.is_alphanumeric() || *next == '_')
                    {
                        word.push(next);
                    }
                    Token::Word(word)
                }
                space if space.is_whitespace() => continue,
                sign => Token::Sign(sign),
            };
            tokens.push((line, token));
        }
        Tokens { tokens, place: 0 }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.place).map(|(_, token)| token)
    }

    /// The line of the last token.
    fn line(&self) -> u64 {
        let last = self.place.checked_sub(1);
        let last = last.and_then(|place| self.tokens.get(place));
        last.map_or(1, |(line, _)| *line)
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(word));
        self.place += usize::from(found);
        found
    }

    fn wrong(&self, message: &str) -> Wrong {
        (self.line(), message.to_owned())
    }

    fn name(&mut self) -> Result<String, Wrong> {
        let name = self.next().and_then(|token| token.text());
        name.ok_or_else(|| self.wrong("a name is missing"))
    }

    /// What stands in parentheses, cut at the commas that are in no others.
    fn list(&mut self) -> Result<Vec<Vec<Token>>, Wrong> {
        if self.next() != Some(Token::Sign('(')) {
            return Err(self.wrong("a parenthesis is missing"));
        }
        let mut items = Vec::new();
        let mut item = Vec::new();
        let mut depth = 0_u32;
        for token in self.by_ref() {
            match token {
                Token::Sign(')') if depth == 0 => {
                    items.push(item);
                    items.retain(|item| !item.is_empty());
                    return Ok(items);
                }
                Token::Sign(',') if depth == 0 => items.push(std::mem::take(&mut item)),
                token => {
                    match token {
                        Token::Sign('(') => depth += 1,
                        Token::Sign(')') => depth -= 1,
                        _ => {}
                    }
                    item.push(token);
                }
            }
        }
        Err(self.wrong("a parenthesis is not closed"))
    }
}

impl Iterator for Tokens {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let (_, token) = self.tokens.get(self.place)?;
        self.place += 1;
        Some(token.clone())
    }
}

/// The character that a backslash before `next` stands for.
fn escaped(next: Option<char>) -> Option<char> {
    match next {
        Some('t') => Some('\t'),
        next => next,
    }
}
