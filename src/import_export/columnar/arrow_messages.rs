//! What the messages of an Arrow file say of their sizes, looked at before a decoder believes it:
//! one changed byte would otherwise have it ask for more memory than there is.
//!
//! Source: Arrow columnar format, "Serialization and Interprocess Communication".

use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{Block, MessageHeader, RecordBatch, root_as_footer, root_as_message};
use arrow_schema::ArrowError;

use super::recognises_arrow;

/// What stands before the length of a message, but in files of old.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// The footer's length and the mark that ends a file.
const FILE_END: usize = 10;
/// The length in front of a compressed buffer.
const LENGTH: usize = 8;

/// The most bytes that a message of the file unpacks to, compressed buffers only: the others lie
/// in the file.
///
/// # Errors
///
/// Where a message is not one, or does not lie in the file.
pub(super) fn largest_unpacked(bytes: &[u8]) -> Result<u64, ArrowError> {
    if recognises_arrow(bytes) {
        largest_in_file(bytes)
    } else {
        largest_in_stream(bytes)
    }
}

fn largest_in_file(bytes: &[u8]) -> Result<u64, ArrowError> {
    let Some((before, end)) = bytes.split_last_chunk::<FILE_END>() else {
        return Err(outside());
    };
    let start = before.len().checked_sub(read_footer_length(*end)?);
    let footer = &before[start.ok_or_else(outside)?..];
    let footer = root_as_footer(footer).map_err(invalid)?;
    let blocks = [footer.dictionaries(), footer.recordBatches()];
    let mut largest = 0;
    for block in blocks.into_iter().flatten().flatten() {
        let (metadata, body) = parts(bytes, block)?;
        largest = largest.max(unpacked(message(metadata)?.0, body)?);
    }
    Ok(largest)
}

/// The metadata of a message, with its length in front, and its body.
fn parts<'a>(bytes: &'a [u8], block: &Block) -> Result<(&'a [u8], &'a [u8]), ArrowError> {
    let offset = usize::try_from(block.offset()).map_err(|_| outside())?;
    let metadata = usize::try_from(block.metaDataLength()).map_err(|_| outside())?;
    let body = usize::try_from(block.bodyLength()).map_err(|_| outside())?;
    let rest = bytes.get(offset..).ok_or_else(outside)?;
    let (metadata, rest) = rest.split_at_checked(metadata).ok_or_else(outside)?;
    Ok((metadata, rest.get(..body).ok_or_else(outside)?))
}

fn largest_in_stream(bytes: &[u8]) -> Result<u64, ArrowError> {
    let mut rest = bytes;
    let mut largest = 0;
    while !rest.is_empty() {
        let (metadata, after) = message(rest)?;
        if metadata.is_empty() {
            break;
        }
        let body = root_as_message(metadata).map_err(invalid)?.bodyLength();
        let body = usize::try_from(body).map_err(|_| outside())?;
        let (body, after) = after.split_at_checked(body).ok_or_else(outside)?;
        largest = largest.max(unpacked(metadata, body)?);
        rest = after;
    }
    Ok(largest)
}

/// The metadata of the message at the beginning, and what follows it. Nothing of it ends a stream.
fn message(bytes: &[u8]) -> Result<(&[u8], &[u8]), ArrowError> {
    let bytes = bytes.strip_prefix(&CONTINUATION).unwrap_or(bytes);
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(outside)?;
    let length = u32::from_le_bytes(*length) as usize;
    rest.split_at_checked(length).ok_or_else(outside)
}

/// How many bytes the compressed buffers of a message unpack to.
fn unpacked(metadata: &[u8], body: &[u8]) -> Result<u64, ArrowError> {
    let message = root_as_message(metadata).map_err(invalid)?;
    let batch: Option<RecordBatch> = match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch(),
        MessageHeader::DictionaryBatch => message
            .header_as_dictionary_batch()
            .and_then(|dictionary| dictionary.data()),
        _ => None,
    };
    let Some(buffers) = batch.and_then(|batch| batch.compression().and(batch.buffers())) else {
        return Ok(0);
    };
    let mut total = 0_u64;
    for buffer in buffers {
        let start = usize::try_from(buffer.offset()).map_err(|_| outside())?;
        let rest = body.get(start..).ok_or_else(outside)?;
        if buffer.length() < LENGTH as i64 {
            continue;
        }
        let length = rest.first_chunk::<LENGTH>().ok_or_else(outside)?;
        // Negative is that of a buffer that lies in the file as it is.
        let length = u64::try_from(i64::from_le_bytes(*length)).unwrap_or(0);
        total = total.saturating_add(length);
    }
    Ok(total)
}

fn outside() -> ArrowError {
    ArrowError::ParseError("a message does not lie in the file".to_owned())
}

fn invalid(error: impl std::fmt::Display) -> ArrowError {
    ArrowError::ParseError(format!("a message is not one: {error}"))
}
