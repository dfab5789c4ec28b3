//! Heads of requests as RFC 9112 wants them: each line ends with CR and LF, and the end of the body is told in one way. hyper takes a
//! bare LF too; where a proxy before us does not, or reads two lengths otherwise, one request becomes two and the second is ours alone.
//!
//! What is wrong is made unreadable for hyper, which then answers 400 and closes the connection.

/// A head has at most so many bytes, of which a path and query have most.
pub const LONGEST: usize = 64 << 10;
const FIELDS: usize = 128;

/// What the next byte of a connection belongs to.
pub enum ExpectedInput {
    /// What has come of it.
    Head(Vec<u8>),
    /// So many bytes of a body.
    Body(u64),
    /// No head that we answer: the connection ends with the answer to the last one, or is ended by hyper.
    Nothing,
}

impl Default for ExpectedInput {
    fn default() -> Self {
        Self::Head(Vec::new())
    }
}

impl ExpectedInput {
    /// Looks at what has come in, and makes the byte unreadable with which it goes wrong.
    pub fn look_at(&mut self, bytes: &mut [u8]) {
        let mut place = 0;
        while let Some(byte) = bytes.get(place).copied() {
            let next = match self {
                Self::Nothing => return,
                Self::Body(left) => {
                    let here = (bytes.len() - place) as u64;
                    let skipped = here.min(*left);
                    *left -= skipped;
                    // Not more than there is here.
                    place += skipped as usize;
                    (*left == 0).then(|| Self::Head(Vec::new()))
                }
                Self::Head(head) => {
                    let is_bare = byte == b'\n' && head.last() != Some(&b'\r');
                    head.push(byte);
                    let next = if is_bare {
                        Some(None)
                    } else if *head == b"\r\n" {
                        // An empty line before a head means nothing.
                        Some(Some(Self::Head(Vec::new())))
                    } else if head.len() > LONGEST {
                        Some(None)
                    } else if head.ends_with(b"\r\n\r\n") {
                        Some(behind(head))
                    } else {
                        None
                    };
                    if let Some(None) = next {
                        bytes[place] = 0;
                    }
                    place += 1;
                    next.map(|next| next.unwrap_or(Self::Nothing))
                }
            };
            if let Some(next) = next {
                *self = next;
            }
        }
    }
}

/// What comes behind a head; none where that can be read in two ways. What is no head at all, hyper sees itself.
fn behind(head: &[u8]) -> Option<ExpectedInput> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    if request.parse(head).is_err() {
        return Some(ExpectedInput::Nothing);
    }
    let values = |name: &'static str| {
        request
            .headers
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value)
    };
    let is_in_chunks = values("transfer-encoding").next().is_some();
    let mut lengths = values("content-length");
    match (is_in_chunks, lengths.next(), lengths.next()) {
        (false, None, _) => Some(ExpectedInput::Head(Vec::new())),
        (true, None, _) => Some(ExpectedInput::Nothing),
        (false, Some(length), None) => {
            let digits = length.trim_ascii();
            let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
            let length: u64 = str::from_utf8(digits).ok()?.parse().ok()?;
            is_number.then_some(match length {
                0 => ExpectedInput::Head(Vec::new()),
                length => ExpectedInput::Body(length),
            })
        }
        (true, Some(_), _) | (false, Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What hyper is given, in pieces of every size.
    fn seen(sent: &str) -> String {
        let whole = |size: usize| {
            let mut expected = ExpectedInput::Head(Vec::new());
            let mut bytes = sent.as_bytes().to_vec();
            for piece in bytes.chunks_mut(size) {
                expected.look_at(piece);
            }
            String::from_utf8(bytes).unwrap_or_default()
        };
        let at_once = whole(sent.len());
        for size in 1..sent.len() {
            assert_eq!(whole(size), at_once, "in pieces of {size}");
        }
        at_once
    }

    #[test]
    fn right_requests_one_behind_the_other_stay_as_they_are() {
        for sent in [
            "GET / HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\n",
            "\r\nPOST / HTTP/1.1\r\nContent-Length: 7\r\n\r\na\nb\n\n\ncGET / HTTP/1.1\r\nhost: x\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n",
        ] {
            assert_eq!(seen(sent), sent);
        }
    }

    #[test]
    fn a_bare_line_feed_in_any_head_is_made_unreadable() {
        for sent in [
            "GET / HTTP/1.1\nhost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: x\n\r\n",
            "GET / HTTP/1.1\r\nhost: x\r\n\n",
            "\nGET / HTTP/1.1\r\nhost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\nhost: x\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n\n\nGET / HTTP/1.1\r\nhost: x\n\r\n",
        ] {
            assert_eq!(seen(sent).matches('\0').count(), 1, "{sent:?}");
        }
    }

    #[test]
    fn a_head_without_end_is_made_unreadable() {
        let long = "x".repeat(LONGEST);
        let sent = format!("GET / HTTP/1.1\r\nhost: {long}\r\n\r\n");
        let mut bytes = sent.into_bytes();
        let mut expected = ExpectedInput::Head(Vec::new());
        expected.look_at(&mut bytes);
        assert_eq!(bytes.iter().position(|byte| *byte == 0), Some(LONGEST));
    }

    #[test]
    fn a_body_whose_end_can_be_told_in_two_ways_is_refused() {
        for fields in [
            "content-length: 3\r\ntransfer-encoding: chunked",
            "content-length: 3\r\ncontent-length: 3",
            "content-length: 3, 3",
            "content-length: +3",
            "content-length:",
        ] {
            let sent = format!("POST / HTTP/1.1\r\n{fields}\r\n\r\nabc");
            assert!(seen(&sent).contains('\0'), "{fields}");
        }
    }
}
