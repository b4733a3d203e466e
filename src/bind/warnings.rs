//! What is odd in a statement but no error: names that the graph does not know.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bound::Warning;
use crate::error::did_you_mean;
use crate::graph::Catalog;
use crate::parse::ast::Identifier;
use crate::parse::span::Span;

/// What a name names in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NameKind {
    Label,
    RelationshipType,
    PropertyKey,
}

/// The names of the graph that a statement reads and writes.
#[derive(Debug, Default)]
pub(super) struct Observations {
    read: Vec<(NameKind, Arc<str>, Span)>,
    written: BTreeSet<(NameKind, Arc<str>)>,
}

impl Observations {
    /// Notes a name that is looked for.
    pub fn read(&mut self, kind: NameKind, name: &Identifier) {
        self.read.push((kind, name.name.as_str().into(), name.span));
    }

    /// Notes a name that is given: looking for it is not odd then.
    pub fn write(&mut self, kind: NameKind, name: &str) {
        self.written.insert((kind, name.into()));
    }

    /// A warning for each name that is looked for in vain, at its first place. A graph without
    /// any names of a kind is just being filled: nothing is odd then.
    pub fn warnings(&mut self, catalog: &Catalog) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut known = std::mem::take(&mut self.written);
        for (kind, name, span) in std::mem::take(&mut self.read) {
            if is_known(catalog, kind, &name) || !known.insert((kind, name.clone())) {
                continue;
            }
            let names = names_of(catalog, kind);
            if names.is_empty() {
                continue;
            }
            let what = match kind {
                NameKind::Label => "label",
                NameKind::RelationshipType => "relationship type",
                NameKind::PropertyKey => "property key",
            };
            warnings.push(Warning {
                message: format!("the graph has no {what} {name}"),
                hint: did_you_mean(&name, names.iter().map(|name| name.as_ref())),
                span,
            });
        }
        warnings
    }
}

fn is_known(catalog: &Catalog, kind: NameKind, name: &str) -> bool {
    match kind {
        NameKind::Label => catalog.label(name).is_some(),
        NameKind::RelationshipType => catalog.relationship_type(name).is_some(),
        NameKind::PropertyKey => catalog.key(name).is_some(),
    }
}

fn names_of(catalog: &Catalog, kind: NameKind) -> Vec<&Arc<str>> {
    match kind {
        NameKind::Label => catalog.labels().map(|(_, name)| name).collect(),
        NameKind::RelationshipType => catalog.relationship_types().map(|(_, name)| name).collect(),
        NameKind::PropertyKey => catalog.keys().map(|(_, name)| name).collect(),
    }
}
