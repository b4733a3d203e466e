//! The outline of a JSON text: which names its first bytes have, and where, so that the dialects of
//! JSON, which share an ending, can be told apart. A text that is cut off anywhere has one, too.

use crate::error::Result;
use crate::import_export::source::Source;

/// The segment of a path that stands for every element of an array.
const ELEMENT: &str = "[]";

/// The members of objects by their paths, as far as the text goes: `nodes.[].id`.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The path of each member, and of each string in a list; its value where that is a string.
    members: Vec<(Vec<String>, Option<String>)>,
}

/// A container that is open.
struct Open {
    is_array: bool,
    /// The member of an object, or [`ELEMENT`].
    segment: String,
    /// Whether a string would be the name of a member.
    awaits_name: bool,
}

impl Outline {
    /// The outline of the first bytes of `source`.
    ///
    /// # Errors
    /// Those of the source.
    pub fn of_source(source: &Source<'_>) -> Result<Self> {
        Ok(Outline::of(&source.first_bytes()?))
    }

    /// The outline of `bytes`; empty where they are no JSON.
    pub fn of(bytes: &[u8]) -> Self {
        let mut outline = Outline::default();
        let mut open: Vec<Open> = Vec::new();
        let mut rest = bytes.trim_ascii_start();
        if !matches!(rest.first(), Some(b'{' | b'[')) {
            return outline;
        }
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                b'{' | b'[' => {
                    let is_array = *byte == b'[';
                    let segment = if is_array { ELEMENT } else { "" };
                    open.push(Open {
                        is_array,
                        segment: segment.to_owned(),
                        awaits_name: !is_array,
                    });
                }
                b'}' | b']' => drop(open.pop()),
                b',' => {
                    if let Some(innermost) = open.last_mut() {
                        innermost.awaits_name = !innermost.is_array;
                    }
                }
                b'"' => {
                    let Some((text, after)) = string(rest) else {
                        break;
                    };
                    rest = after;
                    outline.string(&mut open, text);
                }
                _ => {}
            }
        }
        outline
    }

    fn string(&mut self, open: &mut [Open], text: String) {
        match open.last_mut() {
            Some(innermost) if innermost.awaits_name => {
                innermost.awaits_name = false;
                innermost.segment = text;
                let path = open.iter().map(|open| open.segment.clone()).collect();
                self.members.push((path, None));
            }
            Some(innermost) if !innermost.is_array => {
                if let Some((_, value)) = self.members.last_mut() {
                    *value = Some(text);
                }
            }
            Some(_) => {
                let path = open.iter().map(|open| open.segment.clone()).collect();
                self.members.push((path, Some(text)));
            }
            None => {}
        }
    }

    /// Whether there is a member at `path`, whose segment `*` stands for any.
    pub fn has(&self, path: &str) -> bool {
        self.find(path).next().is_some()
    }

    /// Whether the member at `path` is somewhere such a text.
    pub fn says(&self, path: &str, text: impl Fn(&str) -> bool) -> bool {
        self.find(path).flatten().any(text)
    }

    /// The values of the members at `path`, where they are strings.
    fn find<'o>(&'o self, path: &'o str) -> impl Iterator<Item = Option<&'o str>> {
        self.members.iter().filter_map(move |(own, value)| {
            let mut wanted = path.split('.');
            let fits = own.iter().all(
                |segment| matches!(wanted.next(), Some(word) if word == "*" || word == segment),
            );
            (fits && wanted.next().is_none()).then_some(value.as_deref())
        })
    }
}

/// The string that `bytes` begin with, behind its opening quote, and what comes after it; nothing
/// where it is cut off. Escapes stay as they are: no name that is looked for has one.
fn string(bytes: &[u8]) -> Option<(String, &[u8])> {
    let mut escaped = false;
    let end = bytes.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    let text = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
    Some((text, bytes.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_paths_also_in_a_text_that_is_cut_off() {
        let text = br#"  {"a": [{"b": "x\"}", "c": [1, "no"]}, {"d": {"e": "y"#;
        let outline = Outline::of(text);
        for path in ["a", "a.[].b", "a.[].c", "a.[].d", "a.*.d.e", "a.[].c.[]"] {
            assert!(outline.has(path), "{path}: {outline:?}");
        }
        for path in ["b", "a.b", "a.[]", "a.[].c.no", "no"] {
            assert!(!outline.has(path), "{path}: {outline:?}");
        }
        assert!(outline.says("a.[].b", |text| text == "x\\\"}"));
        assert!(!Outline::of(b"a,\"b\"\n").has("b"));
    }
}
