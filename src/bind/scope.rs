//! The variables in sight at one place of a query.

use std::collections::HashSet;
use std::sync::Arc;

use imbl::OrdMap;

use super::bound::Variable;
use crate::value::Type;

/// What a written name stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Binding {
    /// The unique name.
    pub variable: Variable,
    /// What it may hold.
    pub value_type: Type,
}

/// The variables in sight, by the names that they are written with. Cloning is cheap: a scope is
/// put aside before something local is declared and taken back after.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// What the query itself declared; a `WITH` replaces them.
    own: OrdMap<Arc<str>, Binding>,
    /// What a subquery sees of the query around it, throughout.
    outer: OrdMap<Arc<str>, Binding>,
}

impl Scope {
    /// What the name stands for; the query's own variables come first.
    pub fn find(&self, name: &str) -> Option<&Binding> {
        self.own.get(name).or_else(|| self.outer.get(name))
    }

    /// Adds a variable, or hides the one of the same name.
    pub fn declare(&mut self, name: Arc<str>, binding: Binding) {
        self.own.insert(name, binding);
    }

    /// The scope without some of the query's own variables.
    pub fn without(&self, hidden: &HashSet<Variable>) -> Scope {
        let seen = self.own.iter();
        let seen = seen.filter(|(_, binding)| !hidden.contains(&binding.variable));
        Scope {
            own: seen
                .map(|(name, binding)| (name.clone(), binding.clone()))
                .collect(),
            outer: self.outer.clone(),
        }
    }

    /// The query's own variables, in alphabetical order.
    pub fn own(&self) -> impl Iterator<Item = (&Arc<str>, &Binding)> {
        self.own.iter()
    }

    /// All names in sight.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.own
            .keys()
            .chain(self.outer.keys())
            .map(|name| name.as_ref())
    }

    /// The unique names of all variables in sight.
    pub fn variables(&self) -> HashSet<Variable> {
        self.own
            .values()
            .chain(self.outer.values())
            .map(|binding| binding.variable.clone())
            .collect()
    }

    /// The scope behind a `WITH`, before what it projects is declared.
    pub fn after_projection(&self) -> Scope {
        Scope {
            own: OrdMap::new(),
            outer: self.outer.clone(),
        }
    }

    /// The scope at the start of a subquery that sees everything.
    pub fn of_subquery(&self) -> Scope {
        Scope {
            own: OrdMap::new(),
            outer: self.own.clone().union(self.outer.clone()),
        }
    }

    /// The scope at the start of a subquery that sees these names only.
    pub fn of_importing_subquery(imports: impl IntoIterator<Item = (Arc<str>, Binding)>) -> Scope {
        Scope {
            own: OrdMap::new(),
            outer: imports.into_iter().collect(),
        }
    }
}
