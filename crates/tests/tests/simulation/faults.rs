//! What goes wrong between the engine and the target.

use scimkit::client::{
    TransportErrorKind,
    bytes::Bytes,
    http::{Response, header},
};

use crate::dice::Dice;

/// What becomes of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It does not arrive, and the sender knows.
    NoConnection(TransportErrorKind),
    /// It does not arrive, and the sender does not know.
    LostRequest(TransportErrorKind),
    /// It is carried out, but the answer does not arrive.
    LostAnswer(TransportErrorKind),
    /// It is refused with this status, and with this `Retry-After` if it is not empty.
    Status(u16, &'static str),
    /// It is carried out and answered with this status all the same.
    DoneButStatus(u16),
    /// Something in between answers with a web page of this status.
    Page(u16),
    /// It is carried out, but answered with a web page.
    DoneButPage,
    /// It is carried out, and half of the answer arrives.
    HalfAnswer,
    /// It is carried out, and answered with nothing.
    EmptyAnswer,
    /// A gateway has no such route.
    NoRoute,
    /// The answer leads elsewhere.
    Redirect(u16),
    /// It arrives twice.
    Twice,
    /// A list is answered from a replica that is behind, or by a service that hides its trouble: nobody is there.
    NobodyThere,
    /// A list is answered with one resource that was not asked for.
    WrongHit,
    /// A list is answered with everybody.
    Everybody,
    /// A list has this total.
    WrongTotal(u64),
    /// The clock of the machine jumps by this many seconds before the request.
    ClockJump(i64),
    /// The token is revoked, and is good again in the next cycle.
    Revoked,
    /// The engine is killed before the request is sent.
    KilledBefore,
    /// The engine is killed while it waits for the answer to a request that was carried out.
    KilledAfter,
}

impl Fault {
    pub(crate) fn any(dice: &mut Dice) -> Self {
        let lost = [
            TransportErrorKind::Body,
            TransportErrorKind::Other,
            TransportErrorKind::Timeout,
        ];
        let unreached = [
            TransportErrorKind::Connect,
            TransportErrorKind::Dns,
            TransportErrorKind::Tls,
        ];
        let retry_after = ["7", "120", "3600", "1000000000", "-5", "soon", ""];
        match dice.below(24) {
            0 => Self::NoConnection(dice.pick(&unreached).unwrap()),
            1 => Self::LostRequest(dice.pick(&lost).unwrap()),
            2..=4 => Self::LostAnswer(dice.pick(&lost).unwrap()),
            5 => Self::Status(429, dice.pick(&retry_after).unwrap()),
            6 => Self::Status(503, dice.pick(&retry_after).unwrap()),
            7 => Self::Status(dice.pick(&[400, 403, 409, 412, 422, 500, 502]).unwrap(), ""),
            8 | 9 => Self::DoneButStatus(dice.pick(&[409, 500, 503, 504]).unwrap()),
            10 => Self::Page(dice.pick(&[200, 404, 502]).unwrap()),
            11 => Self::DoneButPage,
            12 => Self::HalfAnswer,
            13 => Self::EmptyAnswer,
            14 => Self::NoRoute,
            15 => Self::Redirect(dice.pick(&[301, 302, 307]).unwrap()),
            16 => Self::Twice,
            17 | 18 => Self::NobodyThere,
            19 => Self::WrongHit,
            20 => Self::Everybody,
            21 => Self::WrongTotal(dice.pick(&[0, 2, 100]).unwrap()),
            22 => Self::ClockJump(dice.pick(&[-90_000, -3_600, 3_600, 90_000]).unwrap()),
            _ => Self::Revoked,
        }
    }
}

/// An answer that did not come from the target.
pub(crate) fn answer(status: u16, media_type: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media_type)
        .body(body.into())
        .unwrap()
}

/// An error as the target would word it.
pub(crate) fn scim_error(status: u16) -> Response<Bytes> {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"{status}","detail":"not today"}}"#
    );
    answer(status, "application/scim+json", body)
}
