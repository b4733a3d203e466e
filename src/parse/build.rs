//! The builder of the tree: what its parts share. Each family of rules adds its methods in a
//! file of its own.

use super::ast::Identifier;
use super::grammar::Rule;
use super::scan::nested_too_deeply;
use super::span::Span;
use super::{MAXIMUM_DEPTH, MAXIMUM_NESTING, MAXIMUM_STEPS, tokens};
use crate::error::{Error, ErrorDetail, Result};

pub(super) type Pair<'t> = pest::iterators::Pair<'t, Rule>;
pub(super) type Pairs<'t> = pest::iterators::Pairs<'t, Rule>;

/// Makes the tree of the pairs of the grammar, and keeps it from growing too deep.
#[derive(Default)]
pub(super) struct Builder {
    /// How many brackets are open around what is being built.
    nesting: usize,
    /// The height of the highest expression that was built since this was set to zero.
    pub depth: usize,
    /// Clauses and relationships so far.
    steps: usize,
    /// Whether what is built is made, not looked for: all of it is one level of the plan.
    pub is_made: bool,
}

/// Below so much free stack the builder takes a new piece of stack, so large.
const STACK_RESERVE: usize = 256 * 1024;
const STACK_PIECE: usize = 2 * 1024 * 1024;

impl Builder {
    /// Builds what stands inside a bracket, on a stack that has room for it.
    pub fn nested<T>(
        &mut self,
        place: Span,
        build: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        if self.nesting == MAXIMUM_NESTING {
            return Err(nested_too_deeply(place));
        }
        self.nesting += 1;
        let is_made = std::mem::take(&mut self.is_made);
        let built = stacker::maybe_grow(STACK_RESERVE, STACK_PIECE, || build(self));
        self.is_made = is_made;
        self.nesting -= 1;
        built
    }

    /// Counts a clause, or a relationship of a pattern.
    pub fn step(&mut self, place: Span) -> Result<()> {
        self.steps += usize::from(!self.is_made);
        if self.steps > MAXIMUM_STEPS {
            let message = format!(
                "the statement has more than {MAXIMUM_STEPS} clauses and relationships of patterns"
            );
            return Err(Error::syntax(ErrorDetail::TooComplex, place, message)
                .hint("write several statements; one CREATE makes any number of things"));
        }
        Ok(())
    }
}

/// One more than the height of the parts of an expression, if that is allowed.
pub(super) fn depth_above(parts: usize, place: Span) -> Result<usize> {
    if parts >= MAXIMUM_DEPTH {
        let message = format!("an expression has more than {MAXIMUM_DEPTH} operators in a chain");
        return Err(Error::syntax(ErrorDetail::TooComplex, place, message)
            .hint("write a list instead: `x IN [...]`, or pass it as a parameter"));
    }
    Ok(parts + 1)
}

/// Where a pair stands.
pub(super) fn span(pair: &Pair) -> Span {
    let place = pair.as_span();
    Span::new(place.start(), place.end())
}

/// The next part, which the grammar always puts there.
pub(super) fn part<'t>(pairs: &mut Pairs<'t>) -> Result<Pair<'t>> {
    pairs
        .next()
        .ok_or_else(|| Error::internal("the grammar left out a part of a rule"))
}

/// The next part if it is of this rule.
pub(super) fn part_if<'t>(pairs: &mut Pairs<'t>, rule: Rule) -> Option<Pair<'t>> {
    pairs.peek().filter(|pair| pair.as_rule() == rule)?;
    pairs.next()
}

/// The only part of a pair.
pub(super) fn inner(pair: Pair) -> Result<Pair> {
    part(&mut pair.into_inner())
}

/// A pair where none of its rule is expected.
pub(super) fn defect(pair: &Pair) -> Error {
    Error::internal(format!(
        "no part of the tree is built of {:?} here",
        pair.as_rule()
    ))
    .at(span(pair))
}

/// A pair that the grammar admits and the language does not.
pub(super) fn unexpected(pair: &Pair, expected: &str) -> Error {
    let (_, token) = tokens::token(pair.as_str(), 0);
    let start = span(pair).start;
    let place = Span::new(start, start + token.end);
    let message = format!(
        "unexpected `{}`, expected {expected}",
        token.slice(pair.as_str())
    );
    Error::syntax(ErrorDetail::UnexpectedSyntax, place, message)
}

/// A part that only some forms of a rule may have.
pub(super) fn refuse(pair: Option<Pair>, expected: &str) -> Result<()> {
    match pair {
        Some(pair) => Err(unexpected(&pair, expected)),
        None => Ok(()),
    }
}

/// A name without its back-ticks.
pub(super) fn identifier(pair: &Pair) -> Identifier {
    Identifier {
        name: unquoted(pair.as_str()),
        span: span(pair),
    }
}

/// A name as written to the name itself.
pub(super) fn unquoted(written: &str) -> String {
    match written
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'))
    {
        Some(name) => name.replace("``", "`"),
        None => written.to_owned(),
    }
}
