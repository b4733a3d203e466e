//! Annotations of RDF 1.2 as properties of relationships. `:a :knows :b {| :since 2019 |}` says
//! that a *reifier*, a blank node, stands for the triple and has properties. Where the reifier does
//! nothing else, the relationship takes its properties over and the reifier is gone.
//!
//! Several reifiers of one triple make parallel relationships. A reifier that says nothing, or is
//! spoken of, or has labels or relationships to blank nodes, stays a node.

use hashbrown::{HashMap, HashSet};

use crate::import_export::rdf::statements::{Edge, Statements, TermId};

/// Which reifiers have become relationships.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    /// The reifiers of a triple, in the order of the file.
    reifiers: HashMap<Edge, Vec<TermId>>,
    dissolved: HashSet<TermId>,
}

impl Annotations {
    /// Those of a file.
    pub fn of(statements: &Statements) -> Annotations {
        if statements.triple_terms.is_empty() {
            return Annotations::default();
        }
        let mut candidates = candidates(statements);
        let speaking = keep_simple(statements, &mut candidates);
        let mut annotations = Annotations::default();
        for edge in statements
            .edges
            .iter()
            .filter(|edge| edge.predicate == statements.reifies)
        {
            if let Some(annotated) = candidates.get(&edge.start) {
                let reifiers = annotations.reifiers.entry(*annotated).or_default();
                reifiers.push(edge.start);
            }
        }
        // A single reifier without properties would be lost in the relationship.
        annotations.reifiers.retain(|_, reifiers| {
            reifiers.len() > 1 || reifiers.iter().all(|reifier| speaking.contains(reifier))
        });
        let dissolved = annotations.reifiers.values().flatten().copied();
        annotations.dissolved = dissolved.collect();
        annotations
    }

    /// The reifiers that became the relationships of this triple; none where it is plain.
    pub fn of_edge(&self, edge: &Edge) -> &[TermId] {
        self.reifiers.get(edge).map_or(&[], Vec::as_slice)
    }

    /// Whether this node is no node but the properties of a relationship.
    pub fn is_dissolved(&self, node: TermId) -> bool {
        self.dissolved.contains(&node)
    }
}

/// Blank nodes that reify one asserted triple in the triple's own graph.
fn candidates(statements: &Statements) -> HashMap<TermId, Edge> {
    let mut candidates = HashMap::new();
    let mut refused = HashSet::new();
    for edge in statements
        .edges
        .iter()
        .filter(|edge| edge.predicate == statements.reifies)
    {
        let triple = statements.triple_terms.get(&edge.end);
        let annotated = triple.map(|triple| Edge {
            graph: edge.graph,
            ..*triple
        });
        match annotated.filter(|edge| statements.edge_set.contains(edge)) {
            Some(annotated) if statements.is_blank(edge.start) => {
                if candidates.insert(edge.start, annotated).is_some() {
                    refused.insert(edge.start);
                }
            }
            _ => {
                refused.insert(edge.start);
            }
        }
    }
    candidates.retain(|reifier, _| !refused.contains(reifier));
    candidates
}

/// Leaves those of `candidates` of which everything fits into a relationship, and gives those that
/// have properties.
fn keep_simple(statements: &Statements, candidates: &mut HashMap<TermId, Edge>) -> HashSet<TermId> {
    let mut speaking = HashSet::new();
    let mut refused = HashSet::new();
    for label in &statements.labels {
        refused.extend([label.node, label.label, label.graph]);
    }
    for triple in statements.triple_terms.values() {
        refused.extend([triple.start, triple.end]);
    }
    for literal in &statements.literals {
        refused.insert(literal.graph);
        match candidates.get(&literal.node) {
            Some(annotated) if annotated.graph == literal.graph => speaking.insert(literal.node),
            _ => refused.insert(literal.node),
        };
    }
    for edge in &statements.edges {
        refused.extend([edge.end, edge.graph]);
        if edge.predicate == statements.reifies {
            continue;
        }
        let is_iri = !statements.is_blank(edge.end) && !statements.is_triple_term(edge.end);
        match candidates.get(&edge.start) {
            Some(annotated) if annotated.graph == edge.graph && is_iri => {
                speaking.insert(edge.start)
            }
            _ => refused.insert(edge.start),
        };
    }
    candidates.retain(|reifier, _| !refused.contains(reifier));
    speaking
}
