//! Graphviz DOT, written as a picture that can be read: nodes coloured by label and captioned by
//! their name, relationships with their type, all properties in the tooltips of an SVG.
//!
//! Node ids are `n` and the node's number. The layout is that of `fdp` and `sfdp`, since a
//! knowledge graph is rarely a hierarchy; `dot`, `neato` and the others draw it too, and
//! `-Kdot` overrides the choice.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::context::Context;
use crate::error::Result;
use crate::import_export::abilities::Abilities;
use crate::import_export::format::WriteFormat;
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::record::{NodeRecord, Properties, RecordSource};
use crate::import_export::temporal_text;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct Dot;

/// Fill and outline of nodes by label. Paul Tol's light palette and three more tints: told apart
/// with any colour vision, and black text has a contrast of 7:1 or more on each.
const PALETTE: [(&str, &str); 10] = [
    ("#77AADD", "#36648B"),
    ("#EE8866", "#A8502F"),
    ("#EEDD88", "#A08C2A"),
    ("#44BB99", "#1F7A60"),
    ("#FFAABB", "#B3566A"),
    ("#99DDFF", "#3C8FB8"),
    ("#BBCC33", "#717D10"),
    ("#D5B8EA", "#7B5A96"),
    ("#AAAA00", "#666600"),
    ("#E8C9A0", "#94703F"),
];
/// How nodes of a label look.
#[derive(Clone, Copy)]
struct Look {
    fill: &'static str,
    outline: &'static str,
    /// Dashed outlines give every colour a second label.
    dashed: bool,
}

/// Nodes without a label.
const UNLABELLED: Look = Look {
    fill: "#DDDDDD",
    outline: "#777777",
    dashed: false,
};
/// Looks that can be told apart.
const LOOKS: usize = 2 * PALETTE.len();

/// Properties that name a node, the first that it has wins.
const CAPTIONS: [&str; 6] = ["name", "title", "label", "caption", "shortName", "id"];
/// The width of a line of a caption, in the cells of a terminal.
const LINE: usize = 18;
/// How much wider than a line a word may be before it is cut.
const OVERHANG: usize = 6;
/// Lines of a caption.
const LINES: usize = 4;
/// Characters of a property's value in a tooltip.
const TOOLTIP: usize = 200;

/// How many nodes have each label.
type LabelCounts = BTreeMap<Arc<str>, u64>;

impl WriteFormat for Dot {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        _context: &Context,
    ) -> Result<()> {
        let colours = Colours::of(graph)?;
        let mut file = output.only_file()?;
        write_head(&mut file, &colours)?;
        for node in graph.nodes() {
            write_node(&mut file, &node?, &colours)?;
        }
        for relationship in graph.relationships() {
            let relationship = relationship?;
            let caption = quote(&relationship.relationship_type);
            let tooltip = tooltip(&relationship.relationship_type, &relationship.properties);
            writeln!(
                file,
                "  n{} -> n{} [label={caption}, tooltip={tooltip}, labeltooltip={tooltip}];",
                relationship.start.id, relationship.end.id
            )?;
        }
        writeln!(file, "}}")?;
        file.finish()
    }

    /// A picture: whatever it shows of labels, types and properties is text.
    fn abilities(&self) -> Abilities {
        Abilities::STRUCTURE
    }
}

/// Layout and looks. Few nodes get the slower layout that uses the space better, many the quick
/// straight lines.
fn write_head(file: &mut OutputFile<'_>, colours: &Colours) -> Result<()> {
    let layout = match colours.nodes {
        0..=60 => "layout=fdp, K=0.9, splines=true",
        61..=1000 => "layout=sfdp, K=1.1, repulsiveforce=1.6, splines=true",
        _ => "layout=sfdp, K=1.1, repulsiveforce=1.6, splines=line",
    };
    writeln!(file, "digraph graph_ {{")?;
    writeln!(
        file,
        "  graph [{layout}, overlap=prism, overlap_scaling=-4, sep=\"+8\", \
         outputorder=edgesfirst, charset=\"UTF-8\", bgcolor=\"white\", pad=0.3, \
         fontname=\"Helvetica,Arial,DejaVu Sans,sans-serif\"];"
    )?;
    writeln!(
        file,
        "  node [shape=box, style=\"filled,rounded\", margin=\"0.10,0.05\", height=0.3, \
         penwidth=1.4, fontsize=11, fontcolor=\"#000000\", \
         fontname=\"Helvetica,Arial,DejaVu Sans,sans-serif\"];"
    )?;
    writeln!(
        file,
        "  edge [color=\"#88888899\", fontcolor=\"#555555\", fontsize=7, arrowsize=0.6, \
         penwidth=0.9, fontname=\"Helvetica,Arial,DejaVu Sans,sans-serif\"];"
    )?;
    write_legend(file, colours)
}

/// Which colour stands for which label, as the caption of the whole picture.
fn write_legend(file: &mut OutputFile<'_>, colours: &Colours) -> Result<()> {
    if colours.shown.is_empty() {
        return Ok(());
    }
    write!(
        file,
        "  labelloc=b; label=<<table border=\"0\" cellspacing=\"4\"><tr>"
    )?;
    for (index, (label, count)) in colours.shown.iter().enumerate() {
        if index > 0 && index % 8 == 0 {
            write!(file, "</tr><tr>")?;
        }
        let Look {
            fill,
            outline,
            dashed,
        } = colours.of_label(label);
        let style = if dashed { "rounded,dashed" } else { "rounded" };
        write!(
            file,
            "<td border=\"1\" style=\"{style}\" bgcolor=\"{fill}\" color=\"{outline}\">\
             <font point-size=\"11\">{} ({count})</font></td>",
            escape_html(label)
        )?;
    }
    writeln!(file, "</tr></table>>;")
}

fn write_node(file: &mut OutputFile<'_>, node: &NodeRecord, colours: &Colours) -> Result<()> {
    let id = node
        .id
        .as_ref()
        .map(|id| id.id.to_string())
        .unwrap_or_default();
    let Look {
        fill,
        outline,
        dashed,
    } = colours.of_node(node);
    let style = if dashed {
        "style=\"filled,rounded,dashed\", "
    } else {
        ""
    };
    let caption = quote_lines(&wrap(&caption(node)));
    let tooltip = tooltip(&node.labels.join(":"), &node.properties);
    writeln!(
        file,
        "  n{id} [label={caption}, {style}fillcolor=\"{fill}\", color=\"{outline}\", \
         tooltip={tooltip}];"
    )
}

/// Which label gives a node its colour: the rarest, which says most about it.
pub(super) struct Colours {
    nodes: u64,
    counts: LabelCounts,
    /// How many nodes have the colour of each label.
    shown: LabelCounts,
    /// The number of the look of each label that is shown, below [`LOOKS`].
    places: BTreeMap<Arc<str>, usize>,
}

impl Colours {
    /// The colours of the nodes of `graph`.
    pub fn of(graph: &dyn RecordSource) -> Result<Colours> {
        let mut colours = Colours {
            nodes: 0,
            counts: LabelCounts::new(),
            shown: LabelCounts::new(),
            places: BTreeMap::new(),
        };
        for node in graph.nodes() {
            colours.nodes += 1;
            for label in node?.labels {
                *colours.counts.entry(label).or_default() += 1;
            }
        }
        for node in graph.nodes() {
            if let Some(label) = colours.label(&node?).cloned() {
                *colours.shown.entry(label).or_default() += 1;
            }
        }
        colours.places = places(colours.shown.keys());
        Ok(colours)
    }

    /// The label that gives the node its colour.
    pub fn label<'n>(&self, node: &'n NodeRecord) -> Option<&'n Arc<str>> {
        let labels = node.labels.iter();
        labels.min_by_key(|label| self.counts.get(*label))
    }

    /// The labels that give nodes their colours.
    pub fn labels(&self) -> impl Iterator<Item = &Arc<str>> {
        self.shown.keys()
    }

    /// Fill and outline of nodes that have the colour of `label`, and whether the outline is dashed.
    pub fn look(&self, label: &str) -> (&'static str, &'static str, bool) {
        let look = self.of_label(label);
        (look.fill, look.outline, look.dashed)
    }

    fn of_label(&self, label: &str) -> Look {
        let place = self.places.get(label);
        place.map_or(UNLABELLED, |place| {
            let (fill, outline) = PALETTE[place % PALETTE.len()];
            Look {
                fill,
                outline,
                dashed: *place >= PALETTE.len(),
            }
        })
    }

    fn of_node(&self, node: &NodeRecord) -> Look {
        self.label(node)
            .map_or(UNLABELLED, |label| self.of_label(label))
    }
}

/// A look for each label: the palette, then the palette with dashed outlines. It follows from the name, so that a label keeps its
/// colour from one drawing to the next; only labels that meet move on, while there are free ones.
fn places<'l>(labels: impl Iterator<Item = &'l Arc<str>>) -> BTreeMap<Arc<str>, usize> {
    let mut taken = [false; LOOKS];
    let mut places = BTreeMap::new();
    for label in labels {
        let wanted = label.bytes().fold(0_usize, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(byte.into())
        });
        let wanted = wanted % PALETTE.len();
        let mut others = (wanted..PALETTE.len())
            .chain(0..wanted)
            .chain(PALETTE.len()..LOOKS);
        let place = others.find(|place| !taken[*place]).unwrap_or(wanted);
        taken[place] = true;
        places.insert(label.clone(), place);
    }
    places
}

/// What a person calls the node.
pub(super) fn caption(node: &NodeRecord) -> String {
    let property = |name: &&str| {
        let found = node
            .properties
            .iter()
            .find(|(key, _)| key.as_ref() == *name);
        match found {
            Some((_, Value::String(text))) if !text.trim().is_empty() => Some(text.to_string()),
            Some((_, value @ (Value::Integer(_) | Value::Float(_)))) => Some(value.to_string()),
            _ => None,
        }
    };
    let named = CAPTIONS.iter().find_map(property);
    let first_text = || {
        node.properties.iter().find_map(|(_, value)| match value {
            Value::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            _ => None,
        })
    };
    named
        .or_else(first_text)
        .or_else(|| node.labels.first().map(|label| label.to_string()))
        .unwrap_or_else(|| {
            node.id
                .as_ref()
                .map_or(String::new(), |id| id.id.to_string())
        })
}

/// Lines about [`LINE`] wide, cut between words where that is possible.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in text.split_whitespace().flat_map(pieces) {
        let full = lines.len() == LINES;
        match lines.last_mut() {
            Some(line) if line.width() + 1 + piece.width() <= LINE => {
                line.push(' ');
                line.push_str(&piece);
            }
            Some(last) if full => {
                last.push('…');
                break;
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// A word, cut where it is much wider than a line.
fn pieces(word: &str) -> Vec<String> {
    if word.width() <= LINE + OVERHANG {
        return vec![word.to_owned()];
    }
    let mut pieces = vec![String::new()];
    let mut width = 0;
    for character in word.chars() {
        let own = character.width().unwrap_or(0);
        if width + own > LINE {
            pieces.push(String::new());
            width = 0;
        }
        width += own;
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    pieces
}

/// `City`, then every property in a line of its own.
fn tooltip(title: &str, properties: &Properties) -> String {
    let mut lines = Vec::new();
    if !title.is_empty() {
        lines.push(title.to_owned());
    }
    for (key, value) in properties {
        let text = match value {
            Value::String(text) => text.to_string(),
            value => temporal_text::text(value).unwrap_or_else(|| value.to_string()),
        };
        let mut text = text.replace(['\n', '\r'], " ");
        if let Some((end, _)) = text.char_indices().nth(TOOLTIP) {
            text.truncate(end);
            text.push('…');
        }
        lines.push(format!("{key}: {text}"));
    }
    quote_lines(&lines)
}

/// A string of DOT.
fn quote(text: &str) -> String {
    quote_lines(&[text])
}

/// A string of DOT with line breaks. A backslash is doubled, since labels and tooltips know
/// escapes (`\N` is the node's name), and `&` written out, since they know entities.
fn quote_lines(lines: &[impl AsRef<str>]) -> String {
    let escape = |line: &str| {
        let mut text = String::with_capacity(line.len());
        for character in line.chars() {
            match character {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '&' => text.push_str("&amp;"),
                '\n' => text.push_str("\\n"),
                // A NUL would end the text; the others have no picture.
                control if control.is_control() => text.push(' '),
                other => text.push(other),
            }
        }
        text
    };
    let lines: Vec<String> = lines.iter().map(|line| escape(line.as_ref())).collect();
    format!("\"{}\"", lines.join("\\n"))
}

fn escape_html(text: &str) -> String {
    let visible = text.chars().filter(|character| !character.is_control());
    let escaped = visible.map(|character| match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        other => other.to_string(),
    });
    escaped.collect()
}
