//! JSON as Python writes it, with `NaN`, `Infinity` and `-Infinity`, put before a parser that knows no
//! such numbers: they become our tagged values, `{"$float":"NaN"}`.

use std::io::{self, BufRead, Read};

/// The words, and what stands for them.
const WORDS: [(&[u8], &[u8]); 3] = [
    (b"NaN", br#"{"$float":"NaN"}"#),
    (b"Infinity", br#"{"$float":"Inf"}"#),
    (b"-Infinity", br#"{"$float":"-Inf"}"#),
];

/// Passes the bytes of a JSON text on, with those words replaced.
pub(super) struct PythonNumbers<R> {
    reader: R,
    /// What was read and is still to be given out, from `at` on.
    ready: Vec<u8>,
    at: usize,
    /// The beginning of a word, outside of strings.
    word: Vec<u8>,
    within_string: bool,
    escaped: bool,
}

impl<R: BufRead> PythonNumbers<R> {
    pub fn new(reader: R) -> Self {
        PythonNumbers {
            reader,
            ready: Vec::new(),
            at: 0,
            word: Vec::new(),
            within_string: false,
            escaped: false,
        }
    }

    /// Takes the next bytes over, until there are some to give out or the text ends.
    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.at = 0;
        while self.ready.is_empty() {
            let bytes = self.reader.fill_buf()?;
            let length = bytes.len();
            if length == 0 {
                self.ready.append(&mut self.word);
                return Ok(());
            }
            let mut rest = bytes;
            while let Some((byte, after)) = rest.split_first() {
                if self.within_string && !self.escaped {
                    let dull = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    if dull > 0 {
                        self.ready.extend_from_slice(&rest[..dull]);
                        rest = &rest[dull..];
                        continue;
                    }
                }
                rest = after;
                if self.within_string {
                    self.within_string = self.escaped || *byte != b'"';
                    self.escaped = !self.escaped && *byte == b'\\';
                    self.ready.push(*byte);
                    continue;
                }
                self.word.push(*byte);
                if let Some((_, tagged)) = WORDS.iter().find(|(word, _)| *word == self.word) {
                    self.ready.extend_from_slice(tagged);
                    self.word.clear();
                } else if !WORDS.iter().any(|(word, _)| word.starts_with(&self.word)) {
                    self.ready.append(&mut self.word);
                    self.within_string = *byte == b'"';
                }
            }
            self.reader.consume(length);
        }
        Ok(())
    }
}

impl<R: BufRead> Read for PythonNumbers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() {
            self.fill()?;
        }
        let mut ready = self.ready.get(self.at..).unwrap_or_default();
        let read = ready.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_are_replaced() {
        let text = r#"{"NaN \" NaN": [NaN, -Infinity,Infinity, -1, "-Infinity\\"], "a": Nan}"#;
        for capacity in [1, 2, 7, 1000] {
            let reader = io::BufReader::with_capacity(capacity, text.as_bytes());
            let mut back = String::new();
            PythonNumbers::new(reader)
                .read_to_string(&mut back)
                .expect("it is text");
            let wanted = r#"{"NaN \" NaN": [{"$float":"NaN"}, {"$float":"-Inf"},{"$float":"Inf"}, -1, "-Infinity\\"], "a": Nan}"#;
            assert_eq!(back, wanted, "{capacity}");
        }
    }
}
