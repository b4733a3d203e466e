//! Lets a reader run on a thread of its own, while what it has read before is loaded: for formats whose
//! text must be read from its beginning to its end.

use hashbrown::HashSet;

use crate::context::{Context, Reservation};
use crate::error::{Error, Result};
use crate::import_export::options::OnError;
use crate::import_export::record::{NodeRecord, Place, Properties, RecordSink, RelationshipRecord};
use crate::parallel::apart;

/// Records, and bytes of them, that are handed over at once.
const MOST_RECORDS: usize = 512;
const MOST_BYTES: usize = 256 << 10;

/// What a reader has to say, in order.
enum Message {
    Node(NodeRecord, Place),
    Relationship(RelationshipRecord, Place),
    Refused(Place, Error),
    Warning(Place, String),
}

/// Messages that are handed over together, and the room for them.
struct Lot {
    messages: Vec<Message>,
    _held: Reservation,
}

/// What a part of a file says that was read by itself, to be handed on in its turn.
pub(super) struct Gathered {
    on_error: OnError,
    messages: Vec<Message>,
}

impl Gathered {
    pub fn new(on_error: OnError) -> Self {
        Gathered {
            on_error,
            messages: Vec::new(),
        }
    }

    /// Hands all of it on; of warnings those whose texts are not in `told` yet, as no reader of the whole
    /// file would have told them again.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn push(self, sink: &mut dyn RecordSink, told: &mut HashSet<String>) -> Result<()> {
        for message in self.messages {
            match message {
                Message::Warning(_, text) if told.contains(&text) => {}
                Message::Warning(place, text) => {
                    told.insert(text.clone());
                    sink.warning(place, text);
                }
                message => push(message, sink)?,
            }
        }
        Ok(())
    }
}

impl RecordSink for Gathered {
    fn node(&mut self, node: NodeRecord, place: Place) -> Result<()> {
        self.messages.push(Message::Node(node, place));
        Ok(())
    }

    fn relationship(&mut self, relationship: RelationshipRecord, place: Place) -> Result<()> {
        self.messages
            .push(Message::Relationship(relationship, place));
        Ok(())
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn refuse(&mut self, place: Place, error: Error) -> Result<()> {
        match self.on_error.skips(&error) {
            true => {
                self.messages.push(Message::Refused(place, error));
                Ok(())
            }
            false => Err(error),
        }
    }

    fn warning(&mut self, place: Place, text: String) {
        self.messages.push(Message::Warning(place, text));
    }
}

/// The sink that a reader on its own thread has.
struct Relay<'a> {
    context: &'a Context,
    on_error: OnError,
    give: &'a mut dyn FnMut(Lot) -> Result<()>,
    messages: Vec<Message>,
    /// The bytes of these messages.
    bytes: usize,
    /// What the reader has reserved.
    memory: Reservation,
}

/// Has `read` push into a sink on another thread, and hands what is pushed to `sink` on this one. The
/// outcome is that of `read(sink)`.
///
/// # Errors
/// Those of `read` and `sink`, whichever comes first in the file.
pub(super) fn read_apart(
    sink: &mut dyn RecordSink,
    on_error: OnError,
    context: &Context,
    read: impl FnOnce(&mut dyn RecordSink) -> Result<()> + Send,
) -> Result<()> {
    apart(
        |give| {
            let mut relay = Relay {
                context,
                on_error,
                give,
                messages: Vec::new(),
                bytes: 0,
                memory: context.reservation(),
            };
            // What came before an error is loaded all the same.
            let outcome = read(&mut relay);
            relay.hand_over()?;
            outcome
        },
        |lot: Lot| {
            let mut messages = lot.messages.into_iter();
            messages.try_for_each(|message| push(message, sink))
        },
    )
}

fn push(message: Message, sink: &mut dyn RecordSink) -> Result<()> {
    match message {
        Message::Node(node, place) => sink.node(node, place)?,
        Message::Relationship(relationship, place) => sink.relationship(relationship, place)?,
        Message::Refused(place, error) => sink.refuse(place, error)?,
        Message::Warning(place, text) => sink.warning(place, text),
    }
    Ok(())
}

impl Relay<'_> {
    fn push(&mut self, message: Message, bytes: usize) -> Result<()> {
        self.messages.push(message);
        self.bytes += bytes + size_of::<Message>();
        match self.messages.len() >= MOST_RECORDS || self.bytes >= MOST_BYTES {
            true => self.hand_over(),
            false => Ok(()),
        }
    }

    fn hand_over(&mut self) -> Result<()> {
        self.context.check()?;
        let lot = Lot {
            _held: self.context.reserve(std::mem::take(&mut self.bytes))?,
            messages: std::mem::take(&mut self.messages),
        };
        (self.give)(lot)
    }
}

fn size_of_values(properties: &Properties) -> usize {
    let values = properties
        .iter()
        .map(|property| size_of_val(property) + property.1.heap_size());
    values.sum()
}

impl RecordSink for Relay<'_> {
    fn node(&mut self, node: NodeRecord, place: Place) -> Result<()> {
        let bytes = size_of_values(&node.properties);
        self.push(Message::Node(node, place), bytes)
    }

    fn relationship(&mut self, relationship: RelationshipRecord, place: Place) -> Result<()> {
        let bytes = size_of_values(&relationship.properties);
        self.push(Message::Relationship(relationship, place), bytes)
    }

    fn threads(&self) -> usize {
        self.context.threads()
    }

    fn check(&self) -> Result<()> {
        self.context.check()
    }

    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.memory.grow(bytes)
    }

    fn refuse(&mut self, place: Place, error: Error) -> Result<()> {
        match self.on_error.skips(&error) {
            true => self.push(Message::Refused(place, error), 0),
            false => Err(error),
        }
    }

    fn warning(&mut self, place: Place, text: String) {
        self.bytes += text.len() + size_of::<Message>();
        self.messages.push(Message::Warning(place, text));
    }
}
