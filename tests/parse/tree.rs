//! A syntax tree as text: its `Debug` form without places and without parts that are missing,
//! broken into lines where it is long.

/// A piece of a `Debug` form.
enum Tree {
    Leaf(String),
    /// A name (or none), an opening bracket, the entries with their keys, a closing bracket.
    Branch(String, char, Vec<(Option<String>, Tree)>, char),
}

/// The tree of anything that derives `Debug`, for golden files.
pub fn render(value: &impl std::fmt::Debug) -> String {
    let debug = format!("{value:?}");
    let mut rest = debug.as_str();
    let tree = read(&mut rest);
    let mut text = String::new();
    write(&tree, 0, &mut text);
    text
}

fn read(rest: &mut &str) -> Tree {
    let text = *rest;
    if text.starts_with('"') {
        let mut end = 1;
        while text.as_bytes()[end] != b'"' {
            end += if text.as_bytes()[end] == b'\\' { 2 } else { 1 };
        }
        *rest = &text[end + 1..];
        return Tree::Leaf(text[..=end].to_owned());
    }
    let end = text
        .find(['(', '[', '{', ')', ']', '}', ','])
        .unwrap_or(text.len());
    let name = text[..end].trim().to_owned();
    let open = text[end..].chars().next();
    *rest = &text[end..];
    let Some(open @ ('(' | '[' | '{')) = open else {
        return Tree::Leaf(name);
    };
    *rest = &rest[1..];
    let mut entries = Vec::new();
    loop {
        *rest = rest.trim_start_matches([',', ' ']);
        if let Some(close) = rest.chars().next().filter(|close| ")]}".contains(*close)) {
            *rest = &rest[1..];
            return simplified(name, open, entries, close);
        }
        let key = match rest.split_once(": ") {
            Some((key, after))
                if open == '{' && key.chars().all(|c| c.is_alphanumeric() || c == '_') =>
            {
                *rest = after;
                Some(key.to_owned())
            }
            _ => None,
        };
        entries.push((key, read(rest)));
    }
}

/// Leaves out places and what is not there, and wrappers that say nothing.
fn simplified(
    name: String,
    open: char,
    mut entries: Vec<(Option<String>, Tree)>,
    close: char,
) -> Tree {
    entries.retain(|(key, value)| match value {
        Tree::Leaf(text) => key.is_none() || !matches!(text.as_str(), "None" | "false" | "span"),
        Tree::Branch(name, _, entries, _) => {
            name != "Span" && !(key.is_some() && name.is_empty() && entries.is_empty())
        }
    });
    let transparent = matches!(
        name.as_str(),
        "Expression" | "Identifier" | "Clause" | "Some" | "Box"
    );
    match entries.pop() {
        Some((_, only)) if transparent && entries.is_empty() => only,
        last => {
            entries.extend(last);
            Tree::Branch(name, open, entries, close)
        }
    }
}

fn flat(tree: &Tree) -> String {
    match tree {
        Tree::Leaf(text) => text.clone(),
        Tree::Branch(name, open, entries, close) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| {
                    key.as_ref()
                        .map_or_else(|| flat(value), |key| format!("{key}: {}", flat(value)))
                })
                .collect();
            let blank = if *open == '{' && !name.is_empty() {
                " "
            } else {
                ""
            };
            format!("{name}{blank}{open}{}{close}", entries.join(", "))
        }
    }
}

fn write(tree: &Tree, indent: usize, text: &mut String) {
    let line = flat(tree);
    let Tree::Branch(name, open, entries, close) = tree else {
        return text.push_str(&line);
    };
    if line.len() + indent <= 96 {
        return text.push_str(&line);
    }
    let blank = if *open == '{' && !name.is_empty() {
        " "
    } else {
        ""
    };
    text.push_str(&format!("{name}{blank}{open}\n"));
    for (key, value) in entries {
        text.push_str(&" ".repeat(indent + 2));
        if let Some(key) = key {
            text.push_str(&format!("{key}: "));
        }
        write(value, indent + 2, text);
        text.push('\n');
    }
    text.push_str(&" ".repeat(indent));
    text.push(*close);
}
