//! Parameters that a script sets for its statements by commands of a shell: `:param rows => [1, 2]`,
//! `:param x: 1`, `:params {a: 1, b: 'x'}`. What they hold is an expression, which is put in their place.

use std::collections::HashMap;

/// The parameters that a script has set, as the expressions that it gave.
#[derive(Debug, Default)]
pub(super) struct Parameters(HashMap<String, String>);

impl Parameters {
    /// Does what a command behind its colon says; tells whether it sets parameters.
    pub fn set(&mut self, command: &str) -> bool {
        let (word, rest) =
            match command.split_once(|sign: char| sign.is_whitespace() || sign == '{') {
                Some((word, _)) => (word, command[word.len()..].trim()),
                None => return false,
            };
        let is_one = word.eq_ignore_ascii_case("param");
        if !is_one && !word.eq_ignore_ascii_case("params") {
            return false;
        }
        if let Some(map) = rest
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        {
            for entry in split(map, b',') {
                let name = split(entry, b':').first().copied().unwrap_or_default();
                if let Some(value) = entry.get(name.len() + 1..) {
                    self.insert(name, value);
                }
            }
            return true;
        }
        let separated = rest.split_once("=>").or_else(|| rest.split_once(':'));
        match separated {
            Some((name, value)) => {
                self.insert(name, value);
                true
            }
            None => false,
        }
    }

    fn insert(&mut self, name: &str, value: &str) {
        let name = name.trim().trim_matches(['`', '"', '\'']);
        self.0.insert(name.to_owned(), value.trim().to_owned());
    }
}

/// The statement with the expressions in place of its parameters; none where it has none that are set.
pub(super) fn with_parameters(statement: &str, parameters: &Parameters) -> Option<String> {
    if parameters.0.is_empty() || !statement.contains('$') {
        return None;
    }
    let mut changed = String::new();
    let mut copied = 0;
    for place in outside_of_texts(statement, b'$') {
        let rest = &statement[place + 1..];
        let quoted = rest.strip_prefix('`').and_then(|rest| rest.split_once('`'));
        let (name, length) = match quoted {
            Some((name, _)) => (name, name.len() + 2),
            None => {
                let is_part = |character: char| character.is_alphanumeric() || character == '_';
                let end = rest
                    .find(|character| !is_part(character))
                    .unwrap_or(rest.len());
                (&rest[..end], end)
            }
        };
        if let Some(value) = parameters.0.get(name) {
            changed.push_str(&statement[copied..place]);
            changed.push_str(&format!("({value})"));
            copied = place + 1 + length;
        }
    }
    (copied > 0).then(|| changed + &statement[copied..])
}

/// The parts of `text` between the separators that stand in no bracket and no text.
fn split(text: &str, separator: u8) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    let mut signs: Vec<usize> = [b'(', b'[', b'{', b')', b']', b'}', separator]
        .into_iter()
        .flat_map(|sign| outside_of_texts(text, sign))
        .collect();
    signs.sort_unstable();
    for place in signs {
        match text.as_bytes()[place] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                parts.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The places of `sign` outside of strings, quoted names and comments.
fn outside_of_texts(text: &str, sign: u8) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut places = Vec::new();
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let next = bytes.get(place + 1);
        let length = match (byte, next) {
            (b'\'' | b'"' | b'`', _) => {
                let mut end = place + 1;
                while bytes.get(end).is_some_and(|inner| inner != byte) {
                    end += 1 + usize::from(bytes[end] == b'\\' && *byte != b'`');
                }
                end + 1 - place
            }
            (b'/', Some(b'/')) => bytes[place..]
                .iter()
                .take_while(|byte| **byte != b'\n')
                .count(),
            (b'/', Some(b'*')) => {
                let end = memchr::memmem::find(&bytes[place..], b"*/");
                end.map_or(bytes.len(), |end| end + 2)
            }
            _ => {
                if *byte == sign {
                    places.push(place);
                }
                1
            }
        };
        place += length;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_stand_in_the_place_of_parameters() {
        let mut parameters = Parameters::default();
        assert!(parameters.set("param rows => [1, 2]"));
        assert!(parameters.set("param x: 'a'"));
        assert!(parameters.set("params {y: {z: 1, w: \"}\"}, `odd name`: 2}"));
        assert!(!parameters.set("use neo4j") && !parameters.set("param"));
        let with = |statement| with_parameters(statement, &parameters);
        let unwind = with("UNWIND $rows AS row RETURN '$x', $x, $none // $x");
        assert_eq!(
            unwind.as_deref(),
            Some("UNWIND ([1, 2]) AS row RETURN '$x', ('a'), $none // $x")
        );
        let map = with("RETURN $y.z, $`odd name`");
        assert_eq!(map.as_deref(), Some("RETURN ({z: 1, w: \"}\"}).z, (2)"));
        assert_eq!(with("RETURN '\\'$x'"), None);
    }
}
