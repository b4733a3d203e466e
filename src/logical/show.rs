//! Plans as text: a tree for `EXPLAIN` and golden tests, expressions as one would write them.

use std::fmt::Write;

use super::plan::{
    Apart, Branch, Common, Expand, Expression, PathPart, Plan, SetItem, SortKey, Variable, Weigh,
    WeighCommon,
};
use super::seek::{Seek, SeekOrder};
use crate::bind::bound::{Length, PatternDirection};
use crate::bind::expression::{Expression as E, Labels, Quantifier, SubqueryKind};
use crate::value::write_name;

/// The plan as an indented tree, the last operator first.
pub fn show(plan: &Plan) -> String {
    let mut text = String::new();
    write_plan(plan, 0, &mut text);
    text
}

fn write_plan(plan: &Plan, depth: usize, text: &mut String) {
    text.push_str(&indented(plan, depth));
    text.push('\n');
    for child in plan.children() {
        write_plan(child, depth + 1, text);
    }
}

/// The line of an operator that stands so deep in the tree.
pub fn indented(plan: &Plan, depth: usize) -> String {
    format!("{}{}", "  ".repeat(depth), head(plan))
}

/// One operator in one line.
fn head(plan: &Plan) -> String {
    match plan {
        Plan::Unit => "Unit".to_owned(),
        Plan::Argument { variables } => format!("Argument {}", names(variables)),
        Plan::Match { .. } => "Match".to_owned(),
        Plan::ScanNodes { variable, labels } => {
            format!("ScanNodes ({variable}{})", label_suffix(labels.as_ref()))
        }
        Plan::Seek { seek, .. } => show_seek(seek),
        Plan::Cross { counted, .. } => format!("Cross{}", counted_suffix(*counted)),
        Plan::HashJoin {
            left_keys,
            right_keys,
            counted,
            ..
        } => {
            let keys = left_keys.iter().zip(right_keys).map(|(left, right)| {
                format!("{} = {}", show_expression(left), show_expression(right))
            });
            let keys = keys.collect::<Vec<_>>().join(", ");
            format!("HashJoin {keys}{}", counted_suffix(*counted))
        }
        Plan::Expand { expand, .. } => {
            let into = if expand.into { "ExpandInto" } else { "Expand" };
            let once = if expand.once { " once" } else { "" };
            format!("{into} {}{once}", show_expand(expand))
        }
        Plan::Intersect { one, other, .. } => {
            format!("Intersect {}, {}", show_expand(one), show_expand(other))
        }
        Plan::Reach { expand, .. } => format!("Reach {}", show_expand(expand)),
        Plan::Weigh { weigh, .. } => show_weigh(weigh),
        Plan::WeighCommon { common, .. } => show_weigh_common(common),
        Plan::Mirror { nodes, .. } => {
            let nodes = nodes.iter().map(|node| format!("({node})"));
            format!("Mirror {}", nodes.collect::<Vec<_>>().join(", "))
        }
        Plan::Follow { expand, .. } => format!("Follow {}", show_expand(expand)),
        Plan::Repeat { repeat, .. } => {
            let into = if repeat.into { "RepeatInto" } else { "Repeat" };
            let length = show_length(repeat.length);
            format!("{into} ({})...({}) {length}", repeat.from, repeat.to)
        }
        Plan::ShortestPaths { search, .. } => format!(
            "ShortestPaths {}{} {}",
            show_expression(&search.count),
            if search.groups { " groups" } else { "" },
            show_expand(&search.expand)
        ),
        Plan::SearchPaths { search, .. } => {
            let mut text = format!(
                "SearchPaths {}{} ({})",
                show_expression(&search.count),
                if search.groups { " groups" } else { "" },
                search.from
            );
            for PathPart { repeat, .. } in &search.parts {
                text.push_str(&format!(
                    "...({}) {}",
                    repeat.to,
                    show_length(repeat.length)
                ));
            }
            text
        }
        Plan::Filter { predicate, .. } => format!("Filter {}", show_expression(predicate)),
        Plan::Extend { items, .. } => format!("Extend {}", show_items(items)),
        Plan::Project { items, .. } => format!("Project {}", show_items(items)),
        Plan::Aggregate {
            keys, aggregates, ..
        } => {
            let aggregates = aggregates.iter().map(|(variable, aggregate)| {
                let distinct = if aggregate.distinct { "DISTINCT " } else { "" };
                if aggregate.function.as_ref() == "count(*)" {
                    return format!("count(*) AS {variable}");
                }
                let arguments = show_list(&aggregate.arguments);
                format!(
                    "{}({distinct}{arguments}) AS {variable}",
                    aggregate.function
                )
            });
            let aggregates = aggregates.collect::<Vec<_>>().join(", ");
            match keys.as_slice() {
                [] => format!("Aggregate {aggregates}"),
                keys => format!("Aggregate {aggregates} BY {}", show_items(keys)),
            }
        }
        Plan::Distinct { .. } => "Distinct".to_owned(),
        Plan::Sort { keys, .. } => format!("Sort {}", show_keys(keys)),
        Plan::TopK { keys, count, .. } => {
            format!("TopK {} BY {}", show_expression(count), show_keys(keys))
        }
        Plan::Skip { count, .. } => format!("Skip {}", show_expression(count)),
        Plan::Limit { count, .. } => format!("Limit {}", show_expression(count)),
        Plan::Unwind { list, variable, .. } => {
            format!("Unwind {} AS {variable}", show_expression(list))
        }
        Plan::Apply {
            optional,
            variables,
            commit_every,
            ..
        } => {
            let name = if *optional { "OptionalApply" } else { "Apply" };
            let every = commit_every.as_ref().map_or(String::new(), |every| {
                format!(" COMMIT EVERY {} ROWS", show_expression(every))
            });
            format!("{name} {}{every}", names(variables))
        }
        Plan::Union { variables, .. } => format!("Union {}", names(variables)),
        Plan::Create {
            nodes,
            relationships,
            ..
        } => {
            let nodes = nodes.iter().map(|node| {
                let labels: Vec<String> = node
                    .labels
                    .iter()
                    .map(|label| format!(":{label}"))
                    .collect();
                format!("({}{})", node.variable, labels.concat())
            });
            let relationships = relationships.iter().map(|relationship| {
                format!(
                    "({})-[{}:{}]->({})",
                    relationship.start,
                    relationship.variable,
                    relationship.relationship_type,
                    relationship.end
                )
            });
            format!(
                "Create {}",
                nodes.chain(relationships).collect::<Vec<_>>().join(", ")
            )
        }
        Plan::Merge { variables, .. } => format!("Merge {}", names(variables)),
        Plan::Set { items, .. } => {
            format!(
                "Set {}",
                items
                    .iter()
                    .map(show_set_item)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Plan::Delete {
            targets, detach, ..
        } => {
            let detach = if *detach { "DetachDelete" } else { "Delete" };
            format!("{detach} {}", show_list(targets))
        }
        Plan::Foreach { variable, list, .. } => {
            format!("Foreach {variable} IN {}", show_expression(list))
        }
        Plan::CallProcedure {
            name, arguments, ..
        } => format!("CallProcedure {name}({})", show_list(arguments)),
        Plan::LoadCsv {
            source, variable, ..
        } => format!("LoadCsv {} AS {variable}", show_expression(source)),
    }
}

fn names(variables: &[Variable]) -> String {
    variables.join(", ")
}

/// Tells that partners in a join are counted.
fn counted_suffix(counted: bool) -> &'static str {
    if counted { ", counted" } else { "" }
}

fn label_suffix(labels: Option<&Labels>) -> String {
    labels.map_or_else(String::new, |labels| format!(":{}", show_labels(labels)))
}

fn show_labels(labels: &Labels) -> String {
    let join = |parts: &[Labels], separator: &str| {
        parts
            .iter()
            .map(show_labels)
            .collect::<Vec<_>>()
            .join(separator)
    };
    match labels {
        Labels::Name(name) => {
            let mut text = String::new();
            // Writing into a string does not fail.
            let _ = write_name(name, &mut text);
            text
        }
        Labels::Any => "%".to_owned(),
        Labels::Not(inner) => format!("!{}", show_labels(inner)),
        Labels::And(parts) => format!("({})", join(parts, "&")),
        Labels::Or(parts) => join(parts, "|"),
    }
}

fn show_seek(seek: &Seek) -> String {
    let conditions = seek.conditions.iter().zip(&seek.properties);
    let conditions: Vec<String> = conditions
        .map(|(condition, property)| {
            condition.show(&format!("{}.{property}", seek.variable), show_expression)
        })
        .collect();
    let label = label_suffix(Some(&Labels::Name(seek.label.clone())));
    let element = match seek.is_relationship {
        true => format!("SeekRelationships [{}{label}]", seek.variable),
        false => format!("SeekNodes ({}{label})", seek.variable),
    };
    let order = match seek.order {
        SeekOrder::Any => "",
        SeekOrder::Ascending => " ASC",
        SeekOrder::Descending => " DESC",
    };
    format!("{element} {}{order}", conditions.join(" AND "))
}

fn show_expand(expand: &Expand) -> String {
    let length = match expand.length {
        None => String::new(),
        Some(Length { minimum, maximum }) => {
            format!(
                "*{minimum}..{}",
                maximum.map_or(String::new(), |most| most.to_string())
            )
        }
    };
    let (left, right) = arrows(expand.direction);
    let types = label_suffix(expand.types.as_ref());
    let bounds = expand.bounds.iter().map(|bound| {
        let order = match (bound.is_upper, bound.is_inclusive) {
            (true, true) => "<=",
            (true, false) => "<",
            (false, true) => ">=",
            (false, false) => ">",
        };
        format!(", id({}) {order} id({})", expand.to, bound.node)
    });
    let different = expand.different.iter();
    let different = different.map(|node| format!(", {} <> {node}", expand.to));
    format!(
        "({}){left}[{}{types}{length}]{right}({}){}",
        expand.from,
        expand.relationship,
        expand.to,
        bounds.chain(different).collect::<String>()
    )
}

fn show_items(items: &[(Variable, Expression)]) -> String {
    let items = items.iter().map(|(variable, expression)| match expression {
        E::Variable(name) if name == variable => variable.to_string(),
        other => format!("{} AS {variable}", show_expression(other)),
    });
    items.collect::<Vec<_>>().join(", ")
}

fn show_keys(keys: &[SortKey]) -> String {
    let keys = keys.iter().map(|key| {
        let order = if key.descending { " DESC" } else { "" };
        format!("{}{order}", show_expression(&key.expression))
    });
    keys.collect::<Vec<_>>().join(", ")
}

fn show_set_item(item: &SetItem) -> String {
    let labels = |labels: &[std::sync::Arc<str>]| {
        labels
            .iter()
            .map(|label| format!(":{label}"))
            .collect::<String>()
    };
    match item {
        SetItem::Property { target, key, value } => {
            let (target, value) = (show_expression(target), show_expression(value));
            format!("{target}[{}] = {value}", show_expression(key))
        }
        SetItem::ReplaceProperties { target, value } => {
            format!("{} = {}", show_expression(target), show_expression(value))
        }
        SetItem::AddProperties { target, value } => {
            format!("{} += {}", show_expression(target), show_expression(value))
        }
        SetItem::AddLabels {
            target,
            labels: added,
        } => format!("{}{}", show_expression(target), labels(added)),
        SetItem::RemoveLabels {
            target,
            labels: removed,
        } => format!("REMOVE {}{}", show_expression(target), labels(removed)),
    }
}

/// What stands before and after the brackets of a relationship.
fn arrows(direction: PatternDirection) -> (&'static str, &'static str) {
    match direction {
        PatternDirection::Outgoing => ("-", "->"),
        PatternDirection::Incoming => ("<-", "-"),
        PatternDirection::Both => ("-", "-"),
    }
}

/// `Weigh (b)<-[:KNOWS]-(a), (b)-[:KNOWS]->(c), different nodes`
fn show_weigh(weigh: &Weigh) -> String {
    let branches = weigh.branches.iter();
    let branches = branches.map(|branch| show_branch(&weigh.from, branch));
    let branches = branches.collect::<Vec<_>>().join(", ");
    let apart = match weigh.apart {
        None => "",
        Some(Apart::Relationships) => ", different relationships",
        Some(Apart::Nodes) => ", different nodes",
    };
    let name = if weigh.optional {
        "OptionalWeigh"
    } else {
        "Weigh"
    };
    format!("{name} {branches}{apart}")
}

/// `WeighCommon (b)-[:KNOWS]->(c), NOT (a)-[:KNOWS]->(c), c <> a`
fn show_weigh_common(common: &WeighCommon) -> String {
    let one = show_branch(&common.from, &common.one);
    let other = show_branch(&common.other_from, &common.other);
    let to = &common.one.to;
    let different = common.different.iter();
    let different = different.map(|node| format!(", {to} <> {node}"));
    let different: String = different.collect();
    let text = match common.count {
        Common::Meeting => format!("{one}, {other}"),
        Common::Present => format!("{one}, EXISTS {other}"),
        Common::Absent => format!("{one}, NOT EXISTS {other}"),
        Common::Apart => format!("{one}, {other}, different nodes"),
    };
    let mirrored = if common.mirrored { ", mirrored" } else { "" };
    format!("WeighCommon {text}{different}{mirrored}")
}

fn show_branch(from: &Variable, branch: &Branch) -> String {
    let (left, right) = arrows(branch.direction);
    let types = label_suffix(branch.types.as_ref());
    format!("({from}){left}[{types}]{right}({})", branch.to)
}

fn show_list(expressions: &[Expression]) -> String {
    expressions
        .iter()
        .map(show_expression)
        .collect::<Vec<_>>()
        .join(", ")
}

/// An expression in one line; operators stand in parentheses where they are parts of others.
pub fn show_expression(expression: &Expression) -> String {
    let part = |part: &Expression| match part {
        E::And(_)
        | E::Or(_)
        | E::Xor(..)
        | E::Not(_)
        | E::Comparison(..)
        | E::Arithmetic { .. }
        | E::Text(..)
        | E::In(..) => format!("({})", show_expression(part)),
        other => show_expression(other),
    };
    let joined = |parts: &[Expression], separator: &str| {
        parts.iter().map(part).collect::<Vec<_>>().join(separator)
    };
    match expression {
        E::Literal(value) => value.to_string(),
        E::Parameter(name) => format!("${name}"),
        E::Variable(name) => name.to_string(),
        E::Property { object, key, .. } => format!("{}.{key}", part(object)),
        E::Index(container, index) => format!("{}[{}]", part(container), show_expression(index)),
        E::Slice { list, from, to } => {
            let bound = |bound: &Option<Box<Expression>>| {
                bound.as_deref().map_or(String::new(), show_expression)
            };
            format!("{}[{}..{}]", part(list), bound(from), bound(to))
        }
        E::Not(operand) => format!("NOT {}", part(operand)),
        E::Negate(operand) => format!("-{}", part(operand)),
        E::And(parts) => joined(parts, " AND "),
        E::Or(parts) => joined(parts, " OR "),
        E::Xor(left, right) => format!("{} XOR {}", part(left), part(right)),
        E::Comparison(operator, left, right) => {
            format!("{} {} {}", part(left), operator.symbol(), part(right))
        }
        E::Arithmetic {
            operator,
            left,
            right,
            ..
        } => format!("{} {} {}", part(left), operator.symbol(), part(right)),
        E::Text(predicate, left, right) => {
            format!("{} {} {}", part(left), predicate.symbol(), part(right))
        }
        E::In(element, list) => format!("{} IN {}", part(element), part(list)),
        E::IsNull(operand) => format!("{} IS NULL", part(operand)),
        E::HasLabels(operand, labels) => format!("{}:{}", part(operand), show_labels(labels)),
        E::IsTyped(operand, type_name) => format!("{} IS :: {type_name}", part(operand)),
        E::List(elements) => format!("[{}]", show_list(elements)),
        E::Map(entries) => format!("{{{}}}", show_entries(entries)),
        E::MapProjection { base, all, entries } => {
            let star = if *all { ".*, " } else { "" };
            format!("{} {{{star}{}}}", part(base), show_entries(entries))
        }
        E::Call {
            function,
            arguments,
            ..
        } => format!("{function}({})", show_list(arguments)),
        E::Case {
            alternatives,
            otherwise,
        } => {
            let mut text = "CASE".to_owned();
            for (condition, value) in alternatives {
                let (condition, value) = (show_expression(condition), show_expression(value));
                let _ = write!(text, " WHEN {condition} THEN {value}");
            }
            if let Some(otherwise) = otherwise {
                let _ = write!(text, " ELSE {}", show_expression(otherwise));
            }
            text + " END"
        }
        E::Let {
            variable,
            value,
            body,
        } => format!(
            "LET {variable} = {} IN {}",
            show_expression(value),
            part(body)
        ),
        E::ListComprehension {
            variable,
            list,
            predicate,
            projection,
        } => {
            let mut text = format!("[{variable} IN {}", show_expression(list));
            if let Some(predicate) = predicate {
                let _ = write!(text, " WHERE {}", show_expression(predicate));
            }
            if let Some(projection) = projection {
                let _ = write!(text, " | {}", show_expression(projection));
            }
            text + "]"
        }
        E::Quantifier {
            quantifier,
            variable,
            list,
            predicate,
        } => format!(
            "{}({variable} IN {} WHERE {})",
            match quantifier {
                Quantifier::All => "all",
                Quantifier::Any => "any",
                Quantifier::None => "none",
                Quantifier::Single => "single",
            },
            show_expression(list),
            show_expression(predicate)
        ),
        E::Reduce {
            accumulator,
            initial,
            variable,
            list,
            step,
        } => format!(
            "reduce({accumulator} = {}, {variable} IN {} | {})",
            show_expression(initial),
            show_expression(list),
            show_expression(step)
        ),
        E::Path(elements) => format!("path({})", show_list(elements)),
        E::Subquery { kind, query, .. } => {
            let kind = match kind {
                SubqueryKind::Exists => "EXISTS",
                SubqueryKind::Count => "COUNT",
                SubqueryKind::Collect => "COLLECT",
            };
            let lines: Vec<String> = show(query)
                .lines()
                .map(|line| line.trim_start().to_owned())
                .collect();
            format!("{kind} {{ {} }}", lines.join(" <- "))
        }
    }
}

fn show_entries(entries: &[(std::sync::Arc<str>, Expression)]) -> String {
    let entries = entries
        .iter()
        .map(|(key, value)| format!("{key}: {}", show_expression(value)));
    entries.collect::<Vec<_>>().join(", ")
}

fn show_length(length: Length) -> String {
    let maximum = length
        .maximum
        .map_or(String::new(), |most| most.to_string());
    format!("{{{},{maximum}}}", length.minimum)
}
