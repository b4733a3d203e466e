//! Reads feature files: scenarios with their steps, outlines expanded.

/// One scenario, ready to run.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// Its title, with the number of the example.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its steps in order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The sentence without its keyword.
    pub text: String,
    /// The text between `"""`.
    pub block: Option<String>,
    /// The rows of the table.
    pub table: Vec<Vec<String>>,
}

/// The scenarios of a feature file.
pub fn scenarios(text: &str) -> Vec<Scenario> {
    let mut reader = Reader::default();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed == "\"\"\"" {
            let indent = line.len() - line.trim_start().len();
            let block: Vec<&str> = lines
                .by_ref()
                .take_while(|line| line.trim() != "\"\"\"")
                .map(|line| {
                    line.get(indent.min(line.len() - line.trim_start().len())..)
                        .unwrap_or("")
                })
                .collect();
            reader.block(block.join("\n"));
        } else if !trimmed.is_empty() && !trimmed.starts_with('#') {
            reader.line(trimmed);
        }
    }
    reader.finish_scenario();
    reader.scenarios
}

#[derive(Default)]
struct Reader {
    background: Vec<Step>,
    tags: Vec<String>,
    current: Option<Scenario>,
    in_background: bool,
    examples: Vec<Vec<Vec<String>>>,
    in_examples: bool,
    scenarios: Vec<Scenario>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if line.starts_with('|') {
            let row = cells(line);
            match (self.in_examples, self.examples.last_mut()) {
                (true, Some(table)) => table.push(row),
                _ => self.with_step(|step| step.table.push(row)),
            }
        } else if line.starts_with('@') {
            self.tags = line.split_whitespace().map(str::to_owned).collect();
        } else if line.starts_with("Feature:") {
        } else if line.starts_with("Background:") {
            self.in_background = true;
        } else if line.starts_with("Examples:") {
            self.in_examples = true;
            self.examples.push(Vec::new());
        } else if let Some(name) = line
            .strip_prefix("Scenario Outline:")
            .or_else(|| line.strip_prefix("Scenario:"))
        {
            self.finish_scenario();
            self.in_background = false;
            self.current = Some(Scenario {
                name: name.trim().to_owned(),
                tags: std::mem::take(&mut self.tags),
                steps: self.background.clone(),
            });
        } else if let Some((keyword, text)) = line.split_once(' ')
            && ["Given", "When", "Then", "And", "But"].contains(&keyword)
        {
            let step = Step {
                text: text.trim().to_owned(),
                ..Step::default()
            };
            match (&mut self.current, self.in_background) {
                (Some(scenario), false) => scenario.steps.push(step),
                _ => self.background.push(step),
            }
        }
    }

    fn block(&mut self, text: String) {
        self.with_step(|step| step.block = Some(text));
    }

    fn with_step(&mut self, change: impl FnOnce(&mut Step)) {
        let steps = match &mut self.current {
            Some(scenario) => &mut scenario.steps,
            None => &mut self.background,
        };
        if let Some(step) = steps.last_mut() {
            change(step);
        }
    }

    fn finish_scenario(&mut self) {
        let examples = std::mem::take(&mut self.examples);
        self.in_examples = false;
        let Some(scenario) = self.current.take() else {
            return;
        };
        if examples.is_empty() {
            self.scenarios.push(scenario);
            return;
        }
        let mut number = 0;
        for table in examples {
            let Some((head, rows)) = table.split_first() else {
                continue;
            };
            for row in rows {
                number += 1;
                let fill = |text: &str| {
                    head.iter()
                        .zip(row)
                        .fold(text.to_owned(), |text, (name, value)| {
                            text.replace(&format!("<{name}>"), value)
                        })
                };
                self.scenarios.push(Scenario {
                    name: format!("{} #{number}", scenario.name),
                    tags: scenario.tags.clone(),
                    steps: scenario.steps.iter().map(|step| step.map(&fill)).collect(),
                });
            }
        }
    }
}

impl Step {
    fn map(&self, change: &impl Fn(&str) -> String) -> Step {
        Step {
            text: change(&self.text),
            block: self.block.as_deref().map(change),
            table: self
                .table
                .iter()
                .map(|row| row.iter().map(|cell| change(cell)).collect())
                .collect(),
        }
    }
}

/// The cells of a table's line; `\|` is a bar, `\\` a backslash, `\n` a line break.
fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut characters = line.chars().skip(1);
    while let Some(character) = characters.next() {
        match character {
            '|' => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            '\\' => match characters.next() {
                Some('|') => cell.push('|'),
                Some('\\') => cell.push('\\'),
                Some('n') => cell.push('\n'),
                Some(other) => {
                    cell.push('\\');
                    cell.push(other);
                }
                None => cell.push('\\'),
            },
            other => cell.push(other),
        }
    }
    cells
}
