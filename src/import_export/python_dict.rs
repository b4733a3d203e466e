//! Dictionaries as Python prints them, `{'weight': 7, 'tags': ['a', "b"], 'ok': True}`, in which NetworkX
//! writes the attributes of edges.

use crate::value::Value;

/// The entries of a dictionary, from behind its opening brace; `None` is no entry. Nothing where it is no
/// dictionary, or a graph cannot hold a value of it.
pub(super) fn parse(text: &str) -> Option<Vec<(String, Value)>> {
    let mut rest = text.trim_start();
    let mut entries = Vec::new();
    loop {
        if let Some(end) = rest.strip_prefix('}') {
            return end.trim().is_empty().then_some(entries);
        }
        let (key, after) = scalar(rest)?;
        let (value, after) = value(after.trim_start().strip_prefix(':')?.trim_start())?;
        rest = separated(after, '}')?;
        match key {
            Value::String(_) | Value::Integer(_) if value == Value::Null => {}
            Value::String(key) => entries.push((key.to_string(), value)),
            Value::Integer(key) => entries.push((key.to_string(), value)),
            _ => return None,
        }
    }
}

fn value(text: &str) -> Option<(Value, &str)> {
    let Some(mut rest) = text.strip_prefix(['[', '(']).map(str::trim_start) else {
        return scalar(text);
    };
    let closing = if text.starts_with('[') { ']' } else { ')' };
    let mut values = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix(closing) {
            let mut types = values.iter().map(std::mem::discriminant);
            let first = types.next();
            let is_list = types.all(|other| Some(other) == first) && !values.contains(&Value::Null);
            return is_list.then_some((Value::list(values), after));
        }
        let (element, after) = scalar(rest)?;
        values.push(element);
        rest = separated(after, closing)?;
    }
}

/// What follows an element: behind its comma, or at the closing bracket.
fn separated(text: &str, closing: char) -> Option<&str> {
    let text = text.trim_start();
    match text.strip_prefix(',') {
        Some(rest) => Some(rest.trim_start()),
        None => text.starts_with(closing).then_some(text),
    }
}

fn scalar(text: &str) -> Option<(Value, &str)> {
    if let Some(quote) = text
        .chars()
        .next()
        .filter(|first| matches!(first, '\'' | '"'))
    {
        return string(&text[1..], quote);
    }
    let end = text.find([',', '}', ']', ')', ':']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let value = match word.trim_end() {
        "True" => true.into(),
        "False" => false.into(),
        "None" => Value::Null,
        "nan" => f64::NAN.into(),
        "inf" => f64::INFINITY.into(),
        "-inf" => f64::NEG_INFINITY.into(),
        word if word.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
            match word.parse::<i64>() {
                Ok(integer) => integer.into(),
                Err(_) => word.parse::<f64>().ok()?.into(),
            }
        }
        _ => return None,
    };
    Some((value, rest))
}

/// A string from behind its opening quote.
fn string(text: &str, quote: char) -> Option<(Value, &str)> {
    let mut decoded = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '\\' => {
                let (_, escaped) = characters.next()?;
                let digits = match escaped {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                if digits > 0 {
                    let hex: String = characters.by_ref().take(digits).map(|(_, it)| it).collect();
                    decoded.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
                    continue;
                }
                decoded.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
            }
            _ if character == quote => {
                return Some((decoded.into(), &text[place + quote.len_utf8()..]));
            }
            _ => decoded.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_are_read() {
        let text = r#"'a': 7, "it's": 'x\'\u00e9}', 'l': [1, 2], 't': ('a',), 'n': None, 'f': -1.5e3, 'b': True} "#;
        let entries = parse(text).expect("it is one");
        let shown: Vec<String> = entries
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let wanted = [
            "a=7",
            "it's='x\\'é}'",
            "l=[1, 2]",
            "t=['a']",
            "f=-1500.0",
            "b=true",
        ];
        assert_eq!(shown, wanted);
        assert_eq!(parse("}"), Some(Vec::new()));
        for bad in [
            "",
            "'a'}",
            "'a': }",
            "'a': x}",
            "'a': [1, 'x']}",
            "'a': 1} x",
            "'a",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
