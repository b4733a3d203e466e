//! Columns as bytes, and back; `docs/file-format.md` describes them.

use std::sync::Arc;

use arrow_array::builder::make_view;
use arrow_array::{Array, BooleanArray, Float64Array, Int64Array, StringViewArray, UInt16Array};
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};
use hashbrown::HashMap;

use super::bytes::{Bytes, read_bits, write_bits};
use super::integers::{read_integers, write_integers};
use super::{Column, Dictionary};
use crate::error::{Error, Result};
use crate::value::Value;

const NULL: u8 = 0;
const BOOLEAN: u8 = 1;
const INTEGER: u8 = 2;
const FLOAT: u8 = 3;
const STRING: u8 = 4;
const DATE: u8 = 5;
const VALUES: u8 = 6;
const LOCAL_DATE_TIME: u8 = 7;

const TEXTS: u8 = 0;
const DICTIONARY: u8 = 1;

/// Bytes as they are.
const RAW: u8 = 0;
/// An LZ4 block.
const LZ4: u8 = 1;

/// The largest unpacked part that is believed: more is damage.
const LARGEST: u32 = 1 << 30;

impl Column {
    /// Appends the column as bytes.
    ///
    /// # Errors
    /// `InternalError` for nodes and relationships, which no graph stores as properties.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<()> {
        let tag = match self {
            Column::Null(_) => NULL,
            Column::Boolean(_) => BOOLEAN,
            Column::Integer(_) => INTEGER,
            Column::Float(_) => FLOAT,
            Column::String(_) | Column::Dictionary(_) => STRING,
            Column::Date(_) => DATE,
            Column::LocalDateTime(_) => LOCAL_DATE_TIME,
            Column::Value(_) => VALUES,
            Column::Node(_) | Column::Relationship(_) => {
                return Err(Error::internal("nodes and relationships are not stored"));
            }
        };
        out.push(tag);
        out.extend((self.len() as u32).to_le_bytes());
        let nulls = self.nulls();
        out.push(u8::from(nulls.is_some()));
        if let Some(nulls) = nulls {
            write_bits(nulls.iter(), out);
        }
        match self {
            Column::Boolean(array) => write_bits(array.values().iter(), out),
            Column::Integer(array) | Column::Date(array) | Column::LocalDateTime(array) => {
                write_integers(array.values(), out);
            }
            Column::Float(array) => {
                out.extend(array.values().iter().flat_map(|value| value.to_le_bytes()));
            }
            Column::String(array) => write_texts(array, out),
            Column::Dictionary(dictionary) => write_texts(&dictionary.unpacked(), out),
            Column::Value(values) => {
                out.extend(postcard::to_allocvec(values.as_ref()).map_err(unwritten)?);
            }
            Column::Null(_) | Column::Node(_) | Column::Relationship(_) => {}
        }
        Ok(())
    }

    /// Reads a column of `rows` rows.
    ///
    /// # Errors
    /// `DamagedData` where the bytes are no such column.
    pub fn read(bytes: &mut Bytes<'_>, rows: usize) -> Result<Column> {
        let (tag, length) = (bytes.u8()?, bytes.u32()? as usize);
        if length != rows {
            return Err(Error::damaged(
                "a stored column has another length than its chunk",
            ));
        }
        let nulls = match bytes.u8()? {
            0 => None,
            _ => Some(NullBuffer::from(read_bits(bytes, rows)?)),
        };
        Ok(match tag {
            NULL => Column::Null(rows),
            BOOLEAN => Column::Boolean(BooleanArray::new(read_bits(bytes, rows)?.into(), nulls)),
            INTEGER => Column::Integer(integers(bytes, rows, nulls)?),
            DATE => Column::Date(integers(bytes, rows, nulls)?),
            LOCAL_DATE_TIME => Column::LocalDateTime(integers(bytes, rows, nulls)?),
            FLOAT => {
                let floats = (0..rows)
                    .map(|_| bytes.u64().map(f64::from_bits))
                    .collect::<Result<Vec<_>>>()?;
                Column::Float(Float64Array::new(ScalarBuffer::from(floats), nulls))
            }
            STRING => read_texts(bytes, rows, nulls)?,
            VALUES => {
                let (values, rest) = postcard::take_from_bytes::<Vec<Value>>(bytes.0)
                    .map_err(|_| Error::damaged("stored values cannot be read"))?;
                *bytes = Bytes(rest);
                if values.len() != rows {
                    return Err(Error::damaged(
                        "a stored column has too few or too many values",
                    ));
                }
                Column::Value(Arc::new(values))
            }
            _ => return Err(Error::damaged("a stored column has an unknown type")),
        })
    }
}

fn unwritten(error: postcard::Error) -> Error {
    Error::internal(format!("values cannot be written: {error}"))
}

fn integers(bytes: &mut Bytes<'_>, rows: usize, nulls: Option<NullBuffer>) -> Result<Int64Array> {
    let values = read_integers(bytes, rows)?;
    Ok(Int64Array::new(ScalarBuffer::from(values), nulls))
}

/// The texts end to end; or, where few are different, each once and which one each row has.
fn write_texts(array: &StringViewArray, out: &mut Vec<u8>) {
    let texts = || (0..array.len()).map(|row| array.value(row));
    match dictionary(texts()) {
        Some((distinct, rows)) => {
            out.push(DICTIONARY);
            out.extend((distinct.len() as u32).to_le_bytes());
            write_plain_texts(distinct.into_iter(), out);
            write_integers(&rows, out);
        }
        None => {
            out.push(TEXTS);
            write_plain_texts(texts(), out);
        }
    }
}

/// Texts after which it is decided that they are too different.
const TRIED: usize = 128;

/// Each different text once, and which one each row has; `None` where most are different.
fn dictionary<'t>(texts: impl Iterator<Item = &'t str>) -> Option<(Vec<&'t str>, Vec<i64>)> {
    let mut codes: HashMap<&str, i64> = HashMap::new();
    let mut distinct = Vec::new();
    let mut rows = Vec::new();
    for text in texts {
        rows.push(*codes.entry(text).or_insert_with(|| {
            distinct.push(text);
            distinct.len() as i64 - 1
        }));
        if rows.len() == TRIED && distinct.len() > TRIED / 2 {
            return None;
        }
    }
    (distinct.len() * 2 < rows.len()).then_some((distinct, rows))
}

fn write_plain_texts<'t>(texts: impl Iterator<Item = &'t str> + Clone, out: &mut Vec<u8>) {
    let lengths: Vec<i64> = texts.clone().map(|text| text.len() as i64).collect();
    write_integers(&lengths, out);
    texts.for_each(|text| out.extend_from_slice(text.as_bytes()));
}

/// Texts that were written end to end: their bytes stay together, in one buffer.
fn read_plain_texts(
    bytes: &mut Bytes<'_>,
    count: usize,
    nulls: Option<NullBuffer>,
) -> Result<StringViewArray> {
    let lengths = read_integers(bytes, count)?;
    let length = lengths.iter().try_fold(0_u32, |sum, length| {
        u32::try_from(*length)
            .ok()
            .and_then(|length| sum.checked_add(length))
    });
    let length = length.ok_or_else(|| Error::damaged("a text has no length"))?;
    let together = bytes.take(length as usize)?;
    let mut start = 0;
    let views = lengths.into_iter().map(|length| {
        let text = &together[start..start + length as usize];
        let view = make_view(text, 0, start as u32);
        start += text.len();
        view
    });
    let views: Vec<u128> = views.collect();
    StringViewArray::try_new(views.into(), vec![Buffer::from(together)], nulls)
        .map_err(|_| Error::damaged("a text is not valid UTF-8"))
}

fn read_texts(bytes: &mut Bytes<'_>, rows: usize, nulls: Option<NullBuffer>) -> Result<Column> {
    match bytes.u8()? {
        TEXTS => read_plain_texts(bytes, rows, nulls).map(Column::String),
        DICTIONARY => {
            let count = bytes.u32()? as usize;
            let texts = read_plain_texts(bytes, count, None)?;
            let codes = read_integers(bytes, rows)?.into_iter().map(u16::try_from);
            let codes: Result<Vec<u16>, _> = codes.collect();
            let codes = codes.map_err(|_| Error::damaged("a text is not in its dictionary"))?;
            let codes = UInt16Array::new(codes.into(), nulls);
            Dictionary::new(codes, texts).map(Column::Dictionary)
        }
        _ => Err(Error::damaged("stored texts have an unknown form")),
    }
}

/// Bytes in fewer bytes, where that is possible.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let packed = match bytes.len() > LARGEST as usize {
        true => Vec::new(),
        false => lz4_flex::block::compress(bytes),
    };
    // What hardly shrinks is read faster as it is.
    let shrinks = !packed.is_empty() && packed.len() + packed.len() / 16 < bytes.len();
    let (form, body) = match shrinks {
        true => (LZ4, packed.as_slice()),
        false => (RAW, bytes),
    };
    let mut out = Vec::with_capacity(body.len() + 5);
    out.push(form);
    if form == LZ4 {
        out.extend((bytes.len() as u32).to_le_bytes());
    }
    out.extend_from_slice(body);
    out
}

/// The bytes that [`pack`] was given.
///
/// # Errors
/// `DamagedData` where these bytes do not come from it.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Bytes(packed);
    match bytes.u8()? {
        RAW => Ok(bytes.0.to_vec()),
        LZ4 => {
            let length = bytes.u32()?;
            // LZ4 makes nothing more than 255 times smaller.
            if length > LARGEST || length as usize / 256 > bytes.0.len() {
                return Err(Error::damaged("a stored part claims an impossible length"));
            }
            lz4_flex::block::decompress(bytes.0, length as usize)
                .map_err(|_| Error::damaged("a stored part cannot be unpacked"))
        }
        _ => Err(Error::damaged("a stored part has an unknown form")),
    }
}
