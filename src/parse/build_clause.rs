//! Clauses that read and clauses that write.

use super::ast::*;
use super::build::{
    Builder, Pair, Pairs, defect, identifier, inner, part, part_if, span, unexpected,
};
use super::grammar::Rule;
use crate::error::Result;

impl Builder {
    /// Any clause.
    pub fn clause(&mut self, pair: Pair) -> Result<Clause> {
        let span = span(&pair);
        let rule = pair.as_rule();
        self.step(span)?;
        let kind = match rule {
            Rule::match_statement => ClauseKind::Match(self.match_clause(pair, false)?),
            Rule::optional_match_statement => ClauseKind::Match(self.match_clause(pair, true)?),
            Rule::return_statement => ClauseKind::Return(self.projection(inner(pair)?)?),
            Rule::with_statement => ClauseKind::With(self.with(pair)?),
            Rule::create_statement => {
                self.is_made = true;
                let pattern = self.pattern_to_create(inner(pair)?);
                self.is_made = false;
                ClauseKind::Create(pattern?)
            }
            Rule::merge_statement => ClauseKind::Merge(self.merge(pair)?),
            Rule::set_statement => ClauseKind::Set(self.set_items(pair)?),
            Rule::remove_statement => ClauseKind::Remove(self.remove_items(pair)?),
            Rule::delete_statement => ClauseKind::Delete(self.delete(pair)?),
            Rule::unwind_statement => ClauseKind::Unwind(self.unwind(pair)?),
            Rule::call_procedure_statement => ClauseKind::CallProcedure(self.call_procedure(pair)?),
            Rule::call_subquery_statement => {
                ClauseKind::CallSubquery(self.nested(span, |builder| builder.call_subquery(pair))?)
            }
            Rule::foreach_statement => {
                ClauseKind::Foreach(self.nested(span, |builder| builder.foreach(pair))?)
            }
            Rule::load_csv_statement => ClauseKind::LoadCsv(self.load_csv(pair)?),
            Rule::finish_statement => ClauseKind::Finish,
            _ => return Err(defect(&pair)),
        };
        Ok(Clause { kind, span })
    }

    fn match_clause(&mut self, pair: Pair, optional: bool) -> Result<Match> {
        let mut pairs = pair.into_inner();
        let pattern = self.pattern(part(&mut pairs)?)?;
        let mut hinted = Vec::new();
        while let Some(hint) = part_if(&mut pairs, Rule::using_hint) {
            hinted.extend(hint.into_inner().map(|variable| identifier(&variable)));
        }
        Ok(Match {
            optional,
            pattern,
            hinted,
            predicate: self.where_clause(&mut pairs)?,
        })
    }

    /// The predicate of a WHERE, if one comes next.
    pub fn where_clause(&mut self, pairs: &mut Pairs) -> Result<Option<Expression>> {
        match part_if(pairs, Rule::where_clause) {
            Some(pair) => Ok(Some(self.predicate(inner(pair)?)?)),
            None => Ok(None),
        }
    }

    fn with(&mut self, pair: Pair) -> Result<With> {
        let mut pairs = pair.into_inner();
        let projection = self.projection(part(&mut pairs)?)?;
        Ok(With {
            projection,
            predicate: self.where_clause(&mut pairs)?,
        })
    }

    fn unwind(&mut self, pair: Pair) -> Result<Unwind> {
        let mut pairs = pair.into_inner();
        let list = self.expression(part(&mut pairs)?)?;
        Ok(Unwind {
            list,
            variable: identifier(&part(&mut pairs)?),
        })
    }

    fn merge(&mut self, pair: Pair) -> Result<Merge> {
        let mut pairs = pair.into_inner();
        let path = self.path_to_merge(part(&mut pairs)?)?;
        let mut merge = Merge {
            path,
            on_create: Vec::new(),
            on_match: Vec::new(),
        };
        for action in pairs {
            let creates = action.as_rule() == Rule::merge_create_action;
            let items = self.set_items(inner(action)?)?;
            if creates {
                merge.on_create.extend(items);
            } else {
                merge.on_match.extend(items);
            }
        }
        Ok(merge)
    }

    fn set_items(&mut self, pair: Pair) -> Result<Vec<SetItem>> {
        pair.into_inner().map(|item| self.set_item(item)).collect()
    }

    fn set_item(&mut self, pair: Pair) -> Result<SetItem> {
        let mut pairs = pair.into_inner();
        let target = part(&mut pairs)?;
        let next = part(&mut pairs)?;
        match next.as_rule() {
            Rule::set_labels => {
                let variable = self.target_variable(target)?;
                Ok(SetItem::Labels {
                    variable,
                    labels: next.into_inner().map(|label| identifier(&label)).collect(),
                })
            }
            Rule::plus_equals => {
                let variable = self.target_variable(target)?;
                Ok(SetItem::AddProperties {
                    variable,
                    value: self.expression(part(&mut pairs)?)?,
                })
            }
            _ => {
                let written = target.clone();
                let target = self.operators(target)?;
                let value = self.expression(next)?;
                match target.kind {
                    ExpressionKind::Property(target, key) => Ok(SetItem::Property {
                        target: *target,
                        key,
                        value,
                    }),
                    ExpressionKind::Index(target, key) => Ok(SetItem::DynamicProperty {
                        target: *target,
                        key: *key,
                        value,
                    }),
                    ExpressionKind::Variable(name) => {
                        let variable = Identifier {
                            name,
                            span: target.span,
                        };
                        Ok(SetItem::ReplaceProperties { variable, value })
                    }
                    _ => Err(unexpected(&written, "a variable or a property")),
                }
            }
        }
    }

    fn target_variable(&mut self, pair: Pair) -> Result<Identifier> {
        let written = pair.clone();
        match self.operators(pair)? {
            Expression {
                kind: ExpressionKind::Variable(name),
                span,
            } => Ok(Identifier { name, span }),
            _ => Err(unexpected(&written, "a variable")),
        }
    }

    fn remove_items(&mut self, pair: Pair) -> Result<Vec<RemoveItem>> {
        pair.into_inner()
            .map(|item| self.remove_item(item))
            .collect()
    }

    fn remove_item(&mut self, pair: Pair) -> Result<RemoveItem> {
        let mut pairs = pair.into_inner();
        let target = part(&mut pairs)?;
        if let Some(labels) = pairs.next() {
            let variable = self.target_variable(target)?;
            let labels = labels
                .into_inner()
                .map(|label| identifier(&label))
                .collect();
            return Ok(RemoveItem::Labels { variable, labels });
        }
        let written = target.clone();
        match self.operators(target)?.kind {
            ExpressionKind::Property(target, key) => Ok(RemoveItem::Property {
                target: *target,
                key,
            }),
            ExpressionKind::Index(target, key) => Ok(RemoveItem::DynamicProperty {
                target: *target,
                key: *key,
            }),
            _ => Err(unexpected(
                &written,
                "a property, or a variable with labels",
            )),
        }
    }

    fn delete(&mut self, pair: Pair) -> Result<Delete> {
        let mut pairs = pair.into_inner();
        let detach = part_if(&mut pairs, Rule::detach).is_some();
        Ok(Delete {
            detach,
            targets: self.expressions(pairs)?,
        })
    }

    fn call_procedure(&mut self, pair: Pair) -> Result<CallProcedure> {
        let mut pairs = pair.into_inner();
        let name = part(&mut pairs)?;
        let name = QualifiedName {
            span: span(&name),
            parts: name.into_inner().map(|name| identifier(&name)).collect(),
        };
        let arguments = match part_if(&mut pairs, Rule::procedure_arguments) {
            Some(arguments) => Some(self.expressions(arguments.into_inner())?),
            None => None,
        };
        let mut call = CallProcedure {
            name,
            arguments,
            outputs: Yield::Missing,
            predicate: None,
        };
        let Some(yielded) = pairs.next() else {
            return Ok(call);
        };
        let mut pairs = yielded.into_inner();
        call.outputs = self.yield_items(&mut pairs)?;
        call.predicate = self.where_clause(&mut pairs)?;
        Ok(call)
    }

    /// What follows the word `YIELD`.
    pub fn yield_items(&mut self, pairs: &mut Pairs) -> Result<Yield> {
        if let Some(star) = part_if(pairs, Rule::star) {
            return Ok(Yield::All(span(&star)));
        }
        let mut items = Vec::new();
        while let Some(item) = part_if(pairs, Rule::yield_item) {
            let mut names = item.into_inner();
            let column = identifier(&part(&mut names)?);
            items.push(YieldItem {
                column,
                alias: names.next().as_ref().map(identifier),
            });
        }
        Ok(Yield::Items(items))
    }

    fn call_subquery(&mut self, pair: Pair) -> Result<CallSubquery> {
        let mut pairs = pair.into_inner();
        let optional = part_if(&mut pairs, Rule::call_optional).is_some();
        let imports = part_if(&mut pairs, Rule::subquery_imports).map(|imports| {
            let mut variables = imports.into_inner();
            match part_if(&mut variables, Rule::star) {
                Some(_) => SubqueryImports::All,
                None => SubqueryImports::Variables(
                    variables.map(|variable| identifier(&variable)).collect(),
                ),
            }
        });
        let query = self.query(part(&mut pairs)?)?;
        let in_transactions = match pairs.next() {
            Some(pair) => {
                let rows = pair.into_inner().next();
                Some(InTransactions {
                    rows: rows.map(|rows| self.expression(rows)).transpose()?,
                })
            }
            None => None,
        };
        Ok(CallSubquery {
            optional,
            imports,
            query,
            in_transactions,
        })
    }

    fn foreach(&mut self, pair: Pair) -> Result<Foreach> {
        let mut pairs = pair.into_inner();
        let variable = identifier(&part(&mut pairs)?);
        let list = self.expression(part(&mut pairs)?)?;
        let clauses = pairs
            .map(|clause| self.clause(clause))
            .collect::<Result<_>>()?;
        Ok(Foreach {
            variable,
            list,
            clauses,
        })
    }

    fn load_csv(&mut self, pair: Pair) -> Result<LoadCsv> {
        let mut pairs = pair.into_inner();
        let with_headers = part_if(&mut pairs, Rule::with_headers).is_some();
        let source = self.expression(part(&mut pairs)?)?;
        let variable = identifier(&part(&mut pairs)?);
        let field_terminator = pairs.next().map(|text| self.expression(text)).transpose()?;
        Ok(LoadCsv {
            with_headers,
            source,
            variable,
            field_terminator,
        })
    }
}
