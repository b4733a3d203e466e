//! A text in openCypher and in SQL.

use std::ops::Add;

/// The same in both languages.
#[derive(Debug, Clone, Default)]
pub struct Both {
    pub cypher: String,
    pub sql: String,
}

impl Both {
    /// What is written alike.
    pub fn same(text: impl Into<String>) -> Self {
        let cypher = text.into();
        Both {
            sql: cypher.clone(),
            cypher,
        }
    }

    /// What SQL is not asked for.
    pub fn cypher(text: impl Into<String>) -> Self {
        Both {
            cypher: text.into(),
            sql: String::new(),
        }
    }

    /// A text with places `{0}`, `{1}` for others, where the languages differ.
    pub fn form(cypher: &str, sql: &str, parts: &[Both]) -> Self {
        let mut form = Both {
            cypher: cypher.to_owned(),
            sql: sql.to_owned(),
        };
        for (place, part) in parts.iter().enumerate() {
            let place = format!("{{{place}}}");
            form.cypher = form.cypher.replace(&place, &part.cypher);
            form.sql = form.sql.replace(&place, &part.sql);
        }
        form
    }
}

impl Add for Both {
    type Output = Both;

    fn add(mut self, other: Both) -> Both {
        self.cypher.push_str(&other.cypher);
        self.sql.push_str(&other.sql);
        self
    }
}

impl Add<&str> for Both {
    type Output = Both;

    fn add(self, other: &str) -> Both {
        self + Both::same(other)
    }
}
