//! JSON documents read as a stream: their long arrays and maps are handed over element by element,
//! so that a file takes the memory of its largest element only. Shared by all formats that are JSON.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::BufReader;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny,
    MapAccess, SeqAccess, Unexpected, Visitor,
};

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::json::python_numbers::PythonNumbers;
use crate::import_export::record::{Place, excerpt};
use crate::import_export::source::Source;

/// What a format does with the members of its one object.
pub(super) trait Document {
    /// Whether the document may be an array instead, or lines of objects: see
    /// [`Document::element`].
    const MAY_BE_A_LIST: bool = false;

    /// Takes the member called `name`, exactly once by one of the methods of `value`.
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error>;

    /// Reserves memory for the largest line so far, which is held until the next one is read.
    fn reserve(&mut self, _bytes: usize) -> Result<()> {
        Ok(())
    }

    /// Takes an element of the array, or the object of a line.
    fn element(&mut self, _element: Members, _place: Place) -> Result<()> {
        Ok(())
    }
}

/// The value of a member that waits to be read.
pub(super) struct Member<'m, A> {
    map: &'m mut A,
    progress: &'m Progress,
}

/// Where the reading is, and the error of ours that stopped it: the parser's own errors cannot
/// carry one.
struct Progress {
    place: Cell<Place>,
    failure: RefCell<Option<Error>>,
}

/// Reads `source`, which must be one JSON object, or array where the format has that, and nothing
/// after it.
pub(super) fn read_document(source: &Source<'_>, document: &mut impl Document) -> Result<()> {
    let progress = Progress {
        place: Cell::new(Place::File),
        failure: RefCell::new(None),
    };
    let mut reader =
        serde_json::Deserializer::from_reader(BufReader::new(PythonNumbers::new(source.open()?)));
    let object = Object {
        document,
        progress: &progress,
    };
    let read = object.deserialize(&mut reader).and_then(|()| reader.end());
    read.map_err(|error| {
        let failure = progress.failure.take();
        failure.unwrap_or_else(|| json_error(source, progress.place.get(), &error))
    })
}

/// The parser's error as ours, with line and column.
fn json_error(source: &Source<'_>, place: Place, error: &serde_json::Error) -> Error {
    if let Some(kind) = error.io_error_kind() {
        return source.read_error(&std::io::Error::new(kind, error.to_string()));
    }
    let text = error.to_string();
    if text.starts_with("invalid unicode code point") {
        let message = format!("the text is not valid UTF-8 ({text})");
        return source.error(ErrorDetail::InvalidEncoding, place, message);
    }
    let failed = source.error(
        ErrorDetail::InvalidContent,
        place,
        format!("not the expected JSON: {text}"),
    );
    if error.is_eof() {
        failed.hint("the file ends in the middle; it may have been cut off")
    } else if text.starts_with("expected value") || text.starts_with("invalid number") {
        failed.hint("JSON has neither comments nor commas before a closing bracket")
    } else {
        failed
    }
}

struct Object<'o, D> {
    document: &'o mut D,
    progress: &'o Progress,
}

impl<'de, D: Document> DeserializeSeed<'de> for Object<'_, D> {
    type Value = ();

    fn deserialize<R: Deserializer<'de>>(self, reader: R) -> Result<(), R::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de, D: Document> Visitor<'de> for Object<'_, D> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the nodes and relationships of a graph")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let value = Member {
                map: &mut map,
                progress: self.progress,
            };
            self.document.member(&name, value)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<(), A::Error> {
        if !D::MAY_BE_A_LIST {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        let elements_of_document = Elements {
            list: "elements",
            take: |_, element, place| self.document.element(element, place),
            progress: self.progress,
            element: PhantomData,
        };
        elements_of_document.visit_seq(elements)
    }
}

impl<'de, A: MapAccess<'de>> Member<'_, A> {
    /// The value as a whole.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, A::Error> {
        self.map.next_value()
    }

    /// Passes over the value.
    pub fn skip(self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(|_| ())
    }

    /// The value as a whole, given to `take`.
    pub fn check<T: DeserializeOwned>(
        self,
        take: impl FnOnce(T) -> Result<()>,
    ) -> Result<(), A::Error> {
        let value = self.map.next_value()?;
        take(value).map_err(|error| self.progress.fail(error))
    }

    /// The value as a document within the document.
    pub fn within(self, document: &mut impl Document) -> Result<(), A::Error> {
        self.map.next_value_seed(Object {
            document,
            progress: self.progress,
        })
    }

    /// The elements of the array that the value must be; `list` names it in places.
    pub fn each<T: DeserializeOwned>(
        self,
        list: &'static str,
        mut take: impl FnMut(T, Place) -> Result<()>,
    ) -> Result<(), A::Error> {
        self.each_entry(list, |_, element, place| take(element, place))
    }

    /// The elements of the array that the value is, or the values of the object with their names.
    pub fn each_entry<T: DeserializeOwned>(
        self,
        list: &'static str,
        take: impl FnMut(Option<Arc<str>>, T, Place) -> Result<()>,
    ) -> Result<(), A::Error> {
        self.map.next_value_seed(Elements {
            list,
            take,
            progress: self.progress,
            element: PhantomData,
        })
    }
}

impl Progress {
    fn fail<E: serde::de::Error>(&self, error: Error) -> E {
        self.failure.replace(Some(error));
        E::custom("refused")
    }
}

struct Elements<'p, T, F> {
    list: &'static str,
    take: F,
    progress: &'p Progress,
    element: PhantomData<T>,
}

impl<'de, T: DeserializeOwned, F: FnMut(Option<Arc<str>>, T, Place) -> Result<()>>
    DeserializeSeed<'de> for Elements<'_, T, F>
{
    type Value = ();

    fn deserialize<R: Deserializer<'de>>(self, reader: R) -> Result<(), R::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(Option<Arc<str>>, T, Place) -> Result<()>> Visitor<'de>
    for Elements<'_, T, F>
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of {}", self.list)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        for index in 0.. {
            let place = self.place(index);
            match elements.next_element()? {
                Some(element) => self.take(None, element, place)?,
                None => break,
            }
        }
        self.progress.place.set(Place::File);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        for index in 0.. {
            let place = self.place(index);
            match elements.next_entry()? {
                Some((name, element)) => self.take(Some(name), element, place)?,
                None => break,
            }
        }
        self.progress.place.set(Place::File);
        Ok(())
    }
}

impl<T, F: FnMut(Option<Arc<str>>, T, Place) -> Result<()>> Elements<'_, T, F> {
    fn place(&self, index: u64) -> Place {
        let place = Place::Element(self.list, index);
        self.progress.place.set(place);
        place
    }

    fn take<E: serde::de::Error>(
        &mut self,
        name: Option<Arc<str>>,
        element: T,
        place: Place,
    ) -> Result<(), E> {
        (self.take)(name, element, place).map_err(|error| self.progress.fail(error))
    }
}

/// The members of an object in the order of the file, each name once.
#[derive(Debug, Default)]
pub(super) struct Members(pub Vec<(Arc<str>, serde_json::Value)>);

impl Members {
    /// Takes the member called `name` out.
    pub fn take(&mut self, name: &str) -> Option<serde_json::Value> {
        let index = self.0.iter().position(|(key, _)| key.as_ref() == name)?;
        Some(self.0.remove(index).1)
    }

    /// Takes the member called `name` out where it is text, and not the empty one.
    pub fn take_text(&mut self, name: &str) -> Option<Arc<str>> {
        let text = self.get(name)?.as_str().filter(|text| !text.is_empty())?;
        let text = text.into();
        self.take(name);
        Some(text)
    }

    /// The member called `name`, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut serde_json::Value> {
        let found = self.0.iter_mut().find(|(key, _)| key.as_ref() == name);
        found.map(|(_, value)| value)
    }

    /// The member called `name`.
    pub fn get(&self, name: &str) -> Option<&serde_json::Value> {
        let found = self.0.iter().find(|(key, _)| key.as_ref() == name);
        found.map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members: Vec<(Arc<str>, serde_json::Value)> = Vec::new();
                // Beyond a handful of members a set finds repeated names.
                const HANDFUL: usize = 16;
                let mut seen = hashbrown::HashSet::new();
                while let Some((name, value)) = map.next_entry::<Arc<str>, _>()? {
                    if members.len() == HANDFUL {
                        seen.extend(members.iter().map(|(name, _)| name.clone()));
                    }
                    let is_repeated = match members.len() < HANDFUL {
                        true => members.iter().any(|(earlier, _)| *earlier == name),
                        false => !seen.insert(name.clone()),
                    };
                    if is_repeated {
                        let message = format!("the member {} stands twice", excerpt(&name));
                        return Err(A::Error::custom(message));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        reader.deserialize_map(MembersVisitor)
    }
}
