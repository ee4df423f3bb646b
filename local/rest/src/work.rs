//! Runs the work for a request on threads other than those that read and send, within the limits of the
//! seats.

use crate::answer::{no_connection, refusal, too_many_at_once};
use crate::limits::Caller;
use crate::seats::{Busy, Seat, Seats};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{self, Response, StatusCode, header};
use futures_util::{TryStreamExt, stream};
use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{Instrument, Span};

/// Time in which a body has to arrive.
const ARRIVING: Duration = Duration::from_secs(60);
/// Length from which a body is read only when its caller has a seat.
const LONG: usize = 64 << 10;
/// Length from which a response keeps its caller's seat until it is sent.
const LARGE: usize = 1 << 20;
const CHUNK: usize = 64 << 10;

type Refused = Response<Body>;

/// Returns the response of `work` to the request. The work ends when the client disconnects.
pub async fn done<W>(
    seats: &Seats,
    caller: &Caller,
    longest: usize,
    request: Request,
    work: impl FnOnce(http::Request<Bytes>) -> W + Send + 'static,
) -> Response<Body>
where
    W: Future<Output = Response<Body>>,
{
    let (seat, request) = match seated(seats, caller, longest, request).await {
        Ok(seated) => seated,
        Err(refused) => return refused,
    };
    let Ok(connection) = seats.connect().await else {
        return no_connection();
    };
    let (waiting, gone) = oneshot::channel::<Infallible>();
    let runtime = Handle::current();
    let span = Span::current();
    let finished = spawn_blocking(move || {
        let _connection = connection;
        let answer = async {
            tokio::select! {
                answer = work(request) => whole(answer).await,
                _ = gone => Response::default(),
            }
        };
        (runtime.block_on(answer.instrument(span)), seat)
    })
    .await;
    drop(waiting);
    match finished {
        Ok((answer, seat)) => held_until_sent(answer, seat),
        Err(error) => {
            tracing::error!("a request's work broke off: {error}");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "XX000", "Internal error", None)
        }
    }
}

/// Returns the request with its whole body, and its caller's seat.
async fn seated(
    seats: &Seats,
    caller: &Caller,
    longest: usize,
    request: Request,
) -> Result<(Seat, http::Request<Bytes>), Refused> {
    let (parts, body) = request.into_parts();
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let is_short = match length {
        Some(length) => length.parse().is_ok_and(|length: usize| length < LONG),
        None => !parts.headers.contains_key(header::TRANSFER_ENCODING),
    };
    let (seat, body) = match is_short {
        true => {
            let body = read(body, longest).await?;
            (taken(seats, caller).await?, body)
        }
        false => {
            let seat = match taken(seats, caller).await {
                Ok(seat) => seat,
                Err(refused) => {
                    discard(body, longest).await;
                    return Err(refused);
                }
            };
            (seat, read(body, longest).await?)
        }
    };
    Ok((seat, http::Request::from_parts(parts, body)))
}

async fn taken(seats: &Seats, caller: &Caller) -> Result<Seat, Refused> {
    seats.take(caller).await.map_err(|busy| match busy {
        Busy::Caller => too_many_at_once(),
        Busy::Server => no_connection(),
    })
}

async fn read(body: Body, longest: usize) -> Result<Bytes, Refused> {
    match timeout(ARRIVING, to_bytes(body, longest)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_too_long(&error) => {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            let details = format!("It may have {longest} bytes");
            let message = "The request's body is too large";
            Err(refusal(status, "request_entity_too_large", message, Some(&details)))
        }
        Ok(Err(error)) => {
            Err(refusal(StatusCode::BAD_REQUEST, "PGRST102", &error.to_string(), None))
        }
        Err(_) => {
            let message = "The request's body did not arrive in time";
            Err(refusal(StatusCode::REQUEST_TIMEOUT, "PGRST102", message, None))
        }
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    error.source().is_some_and(|source| source.to_string().contains("length limit exceeded"))
}

/// Reads a body to its end and keeps nothing: without it, a client that is still sending would find its
/// connection closed.
pub async fn discard(body: Body, longest: usize) {
    let mut chunks = body.into_data_stream();
    let all = async {
        let mut length = 0;
        while let Ok(Some(chunk)) = chunks.try_next().await {
            length += chunk.len();
            if length > longest {
                break;
            }
        }
    };
    let _ = timeout(ARRIVING, all).await;
}

async fn whole(answer: Response<Body>) -> Response<Bytes> {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, body)
}

/// A large response stays in memory until its client has read it, and keeps the seat for that time.
fn held_until_sent(answer: Response<Bytes>, seat: Seat) -> Response<Body> {
    let (mut parts, body) = answer.into_parts();
    if body.len() < LARGE {
        return Response::from_parts(parts, Body::from(body));
    }
    parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
    let chunks = stream::unfold((body, seat), |(mut left, seat)| async {
        let chunk = left.split_to(left.len().min(CHUNK));
        (!chunk.is_empty()).then(|| (Ok::<_, Infallible>(chunk), (left, seat)))
    });
    Response::from_parts(parts, Body::from_stream(chunks))
}
