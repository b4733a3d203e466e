//! Reading Graphviz DOT, the whole language: subgraphs and clusters, chains of edges, ports, texts
//! of HTML, strict graphs, inherited attributes, several graphs in a file.
//!
//! * The name of a node is its property `id`; attributes are properties, as texts. The `label` of
//!   an edge that is no HTML is its type; labels of nodes are captions and stay properties.
//! * Named subgraphs are in the property `subgraphs` of their nodes, ports are the properties
//!   `tailport` and `headport`. Attributes of graphs and subgraphs are not kept.

mod graph;
mod tokens;

use crate::error::{Error, Result};
use crate::import_export::dot::Dot;
use crate::import_export::dot_read::graph::{End, Graph, Scope, set_all};
use crate::import_export::dot_read::tokens::{Token, Tokens};
use crate::import_export::format::ReadFormat;
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{Place, Properties, RecordSink, excerpt};
use crate::import_export::source::Source;
use crate::import_export::words::{MOST_PROPERTIES, insert};

/// How deep subgraphs may be nested.
const DEEPEST: usize = 200;
/// How many edges one statement may make: all nodes of a subgraph are joined to all of the next.
const MOST_EDGES: usize = 10_000_000;
/// Names of attributes in the warning that they are not kept.
const NAMED: usize = 5;

/// Whether the first bytes are those of a DOT file.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix("/*") {
        rest = comment
            .split_once("*/")
            .map_or("", |(_, rest)| rest)
            .trim_start();
    }
    while rest.starts_with("//") || rest.starts_with('#') {
        rest = rest
            .split_once('\n')
            .map_or("", |(_, rest)| rest)
            .trim_start();
    }
    let head = rest.split_once('{').map_or("", |(head, _)| head);
    let mut words = head
        .split_whitespace()
        .filter(|word| !word.eq_ignore_ascii_case("strict"));
    let first = words.next().unwrap_or_default();
    // GML has a bracket there.
    let is_graph = ["graph", "digraph"]
        .iter()
        .any(|word| first.eq_ignore_ascii_case(word));
    is_graph && !head.contains('[')
}

impl ReadFormat for Dot {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut tokens = Tokens::open(source)?;
        let (token, place) = tokens.next(sink)?;
        let mut parser = Parser {
            tokens,
            sink,
            token,
            place,
            not_kept: Vec::new(),
        };
        parser.graphs(options)
    }

    fn streams(&self) -> bool {
        false
    }
}

struct Parser<'a> {
    tokens: Tokens<'a>,
    sink: &'a mut dyn RecordSink,
    /// The next token and its place.
    token: Token,
    place: Place,
    /// Attributes of graphs and subgraphs.
    not_kept: Vec<String>,
}

impl Parser<'_> {
    fn graphs(&mut self, options: &ImportOptions) -> Result<()> {
        let mut number = 0;
        while self.token != Token::End {
            number += 1;
            let strict = self.accept_keyword("strict")?;
            let directed = self.accept_keyword("digraph")?;
            if !directed && !self.accept_keyword("graph")? {
                return Err(self.expected("graph or digraph"));
            }
            if self.token.is_id() {
                self.advance()?;
            }
            let given = options.relationship_type.clone();
            let mut graph = Graph::new(strict, directed, number, given);
            self.expect('{')?;
            self.statements(&mut graph, &mut vec![Scope::default()])?;
            graph.finish(self.sink)?;
        }
        if number == 0 {
            return Err(self.tokens.error(self.place, "there is no graph in it"));
        }
        if !self.not_kept.is_empty() {
            let more = if self.not_kept.len() > NAMED {
                ", ..."
            } else {
                ""
            };
            self.not_kept.truncate(NAMED);
            let names = self.not_kept.join(", ");
            let text = format!("attributes of graphs and subgraphs are not kept: {names}{more}");
            self.sink.warning(Place::File, text);
        }
        Ok(())
    }

    /// Statements up to the closing bracket, which is passed.
    fn statements(&mut self, graph: &mut Graph, scopes: &mut Vec<Scope>) -> Result<()> {
        loop {
            match &self.token {
                Token::Sign('}') => return self.advance(),
                Token::Sign(';') => self.advance()?,
                Token::End => {
                    let message = "the file ends within a graph; is a part of it missing?";
                    return Err(self.tokens.error(self.place, message));
                }
                _ => self.statement(graph, scopes)?,
            }
        }
    }

    fn statement(&mut self, graph: &mut Graph, scopes: &mut Vec<Scope>) -> Result<()> {
        self.sink.check()?;
        for keyword in ["graph", "node", "edge"] {
            if !self.accept_keyword(keyword)? {
                continue;
            }
            let attributes = self.attributes()?;
            let Some(scope) = scopes.last_mut() else {
                return Ok(());
            };
            match keyword {
                "node" => set_all(&mut scope.node_defaults, attributes),
                "edge" => set_all(&mut scope.edge_defaults, attributes),
                _ => attributes
                    .into_iter()
                    .for_each(|(key, _)| self.leave_out(&key)),
            }
            return Ok(());
        }
        let place = self.place;
        let is_subgraph = self.begins_subgraph();
        let mut ends = if is_subgraph {
            self.subgraph(graph, scopes)?
        } else {
            let name = self.id()?;
            if self.token == Token::Sign('=') {
                self.advance()?;
                self.id()?;
                self.leave_out(&name);
                return Ok(());
            }
            self.node(name, graph, scopes, place)?
        };
        let mut pairs = Vec::new();
        let mut count = 0_usize;
        while self.accept_edge(graph.directed)? {
            let place = self.place;
            let next = if self.begins_subgraph() {
                self.subgraph(graph, scopes)?
            } else {
                let name = self.id()?;
                self.node(name, graph, scopes, place)?
            };
            count = count.saturating_add(ends.len().saturating_mul(next.len()));
            if count > MOST_EDGES {
                let message = format!("one statement makes more than {MOST_EDGES} edges");
                return Err(self.tokens.error(place, message));
            }
            pairs.push((std::mem::replace(&mut ends, next.clone()), next));
        }
        let attributes = self.attributes()?;
        if pairs.is_empty() {
            if is_subgraph {
                return Ok(());
            }
            return ends
                .iter()
                .try_for_each(|end| graph.set(end.node, attributes.clone(), self.sink));
        }
        let mut properties = scopes
            .last()
            .map(|scope| scope.edge_defaults.clone())
            .unwrap_or_default();
        set_all(&mut properties, attributes);
        for (starts, ends) in &pairs {
            for start in starts {
                for end in ends {
                    graph.edge(start, end, properties.clone(), place, self.sink)?;
                }
            }
        }
        Ok(())
    }

    /// A node with its port, as the end of an edge.
    fn node(
        &mut self,
        name: String,
        graph: &mut Graph,
        scopes: &[Scope],
        place: Place,
    ) -> Result<Vec<End>> {
        let mut port: Option<String> = None;
        while self.token == Token::Sign(':') {
            self.advance()?;
            let part = self.id()?;
            port = Some(match port {
                Some(port) => format!("{port}:{part}"),
                None => part,
            });
        }
        let node = graph.node(name, scopes, place, self.sink)?;
        Ok(vec![End { node, port }])
    }

    fn begins_subgraph(&self) -> bool {
        self.token.is_keyword("subgraph") || self.token == Token::Sign('{')
    }

    /// A subgraph; its nodes are the ends of edges.
    fn subgraph(&mut self, graph: &mut Graph, scopes: &mut Vec<Scope>) -> Result<Vec<End>> {
        if scopes.len() > DEEPEST {
            let message = format!("subgraphs are nested deeper than {DEEPEST} levels");
            return Err(self.tokens.error(self.place, message));
        }
        let mut name = None;
        if self.accept_keyword("subgraph")? && self.token.is_id() {
            name = Some(self.id()?);
        }
        let subgraph = graph.subgraph(name, self.sink)?;
        self.expect('{')?;
        let around = scopes.last();
        scopes.push(Scope {
            node_defaults: around
                .map(|scope| scope.node_defaults.clone())
                .unwrap_or_default(),
            edge_defaults: around
                .map(|scope| scope.edge_defaults.clone())
                .unwrap_or_default(),
            subgraph: Some(subgraph),
        });
        self.statements(graph, scopes)?;
        scopes.pop();
        Ok(graph.members(subgraph))
    }

    /// Lists of attributes in brackets, none or several.
    fn attributes(&mut self) -> Result<Properties> {
        let mut attributes = Properties::new();
        while self.token == Token::Sign('[') {
            self.advance()?;
            while self.token != Token::Sign(']') {
                let name = self.id()?;
                self.expect('=')?;
                let value = self.id()?;
                if attributes.len() > MOST_PROPERTIES {
                    let message = format!("there are more than {MOST_PROPERTIES} attributes");
                    return Err(self.tokens.error(self.place, message));
                }
                insert(&mut attributes, &name.into(), value.into());
                if matches!(self.token, Token::Sign(';' | ',')) {
                    self.advance()?;
                }
            }
            self.advance()?;
        }
        Ok(attributes)
    }

    fn leave_out(&mut self, name: &str) {
        let name = excerpt(name);
        if self.not_kept.len() <= NAMED && !self.not_kept.contains(&name) {
            self.not_kept.push(name);
        }
    }

    /// Passes the sign between the ends of an edge, if there is one.
    fn accept_edge(&mut self, directed: bool) -> Result<bool> {
        match (&self.token, directed) {
            (Token::Arrow, true) | (Token::Line, false) => {
                self.advance()?;
                Ok(true)
            }
            (Token::Arrow, false) => Err(self.expected("-- in a graph without directions")),
            (Token::Line, true) => Err(self.expected("-> in a directed graph")),
            _ => Ok(false),
        }
    }

    fn accept_keyword(&mut self, keyword: &str) -> Result<bool> {
        let is_there = self.token.is_keyword(keyword);
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }

    fn id(&mut self) -> Result<String> {
        if !self.token.is_id() {
            return Err(self.expected("a name or a value"));
        }
        let token = std::mem::replace(&mut self.token, Token::End);
        self.advance()?;
        Ok(token.into_text())
    }

    fn expect(&mut self, sign: char) -> Result<()> {
        if self.token != Token::Sign(sign) {
            return Err(self.expected(&sign.to_string()));
        }
        self.advance()
    }

    fn advance(&mut self) -> Result<()> {
        (self.token, self.place) = self.tokens.next(self.sink)?;
        Ok(())
    }

    fn expected(&self, what: &str) -> Error {
        let found = excerpt(&self.token.shown());
        let message = format!("{found} stands where {what} is expected");
        self.tokens.error(self.place, message)
    }
}
