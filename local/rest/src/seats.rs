//! Limits on requests that run at once: for each caller, and for all callers the number of connections.
//!
//! Further requests wait in a queue of their caller, so that slow statements of one caller leave
//! connections to the others.

use crate::limits::Caller;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Requests of one caller that may run at once with any number of connections.
const A_FEW: usize = 4;
/// Requests of one caller that may wait.
const LINE: usize = 128;
/// Time that a request waits for the caller's others.
const PATIENCE: Duration = Duration::from_secs(5);
/// Number of callers above which those without a request are removed.
const CALLERS: usize = 1_000;

/// The reason for refusing a seat.
#[derive(Debug, PartialEq, Eq)]
pub enum Busy {
    /// The caller has too many requests in progress.
    Caller,
    /// All callers together have too many.
    Server,
}

pub struct Seats {
    each: usize,
    service: usize,
    patience: Duration,
    /// Time that a request waits for a connection.
    connecting: Duration,
    lines: Mutex<HashMap<Caller, Weak<Line>>>,
    all: Arc<Semaphore>,
}

struct Line {
    seats: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// Held while a request of its caller runs.
pub struct Seat {
    _permit: OwnedSemaphorePermit,
    _line: Arc<Line>,
}

impl Seats {
    /// Creates the seats for this number of connections; a request waits up to `connecting` for one.
    pub fn new(connections: usize, connecting: Duration) -> Self {
        let connections = connections.max(1);
        Self {
            each: (connections / 2).clamp(1, A_FEW),
            service: (connections * 3 / 4).max(1),
            patience: PATIENCE,
            connecting,
            lines: Mutex::default(),
            all: Arc::new(Semaphore::new(connections)),
        }
    }

    /// Takes one of the caller's own seats.
    pub async fn take(&self, caller: &Caller) -> Result<Seat, Busy> {
        let line = self.line(caller);
        let _waiting = Waiting::at(&line.waiting)?;
        let permit = timeout(self.patience, line.seats.clone().acquire_owned()).await;
        let permit = permit.map_err(|_| Busy::Caller)?.expect("it is never closed");
        Ok(Seat { _permit: permit, _line: line.clone() })
    }

    /// Takes one of all callers' seats, for the time that a connection is needed.
    pub async fn connect(&self) -> Result<OwnedSemaphorePermit, Busy> {
        let permit = timeout(self.connecting, self.all.clone().acquire_owned()).await;
        Ok(permit.map_err(|_| Busy::Server)?.expect("it is never closed"))
    }

    fn line(&self, caller: &Caller) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(line) = lines.get(caller).and_then(Weak::upgrade) {
            return line;
        }
        if lines.len() >= CALLERS {
            lines.retain(|_, line| line.strong_count() > 0);
        }
        let seats = if *caller == Caller::Service { self.service } else { self.each };
        let seats = Arc::new(Semaphore::new(seats));
        let line = Arc::new(Line { seats, waiting: AtomicUsize::new(0) });
        lines.insert(caller.clone(), Arc::downgrade(&line));
        line
    }
}

/// A place in a queue, until it is served or gives up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn at(line: &'a AtomicUsize) -> Result<Self, Busy> {
        let before = line.fetch_add(1, Ordering::Relaxed);
        let waiting = Self(line);
        if before < LINE { Ok(waiting) } else { Err(Busy::Caller) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Caller {
        Caller::User(name.to_string())
    }

    fn seats(connections: usize) -> Seats {
        let seats = Seats::new(connections, Duration::from_millis(10));
        Seats { patience: Duration::from_millis(10), ..seats }
    }

    async fn taken(seats: &Seats, caller: &Caller) -> Vec<Seat> {
        let mut taken = Vec::new();
        while let Ok(seat) = seats.take(caller).await {
            taken.push(seat);
        }
        taken
    }

    #[tokio::test]
    async fn a_caller_has_at_most_half_of_the_connections_and_a_few() {
        for (connections, each, service) in [(0, 1, 1), (1, 1, 1), (6, 3, 4), (34, 4, 25)] {
            let seats = seats(connections);
            assert_eq!(taken(&seats, &user("a")).await.len(), each);
            assert_eq!(taken(&seats, &Caller::Service).await.len(), service);
        }
    }

    #[tokio::test]
    async fn callers_wait_for_their_own_requests_alone() {
        let seats = seats(6);
        let held = taken(&seats, &user("a")).await;
        assert_eq!(seats.take(&user("a")).await.err(), Some(Busy::Caller));
        assert!(seats.take(&user("b")).await.is_ok());
        drop(held);
        assert!(seats.take(&user("a")).await.is_ok());
    }

    #[tokio::test]
    async fn a_line_has_an_end() {
        let seats = Seats::new(2, Duration::ZERO);
        let held = seats.take(&user("a")).await;
        let line = seats.line(&user("a"));
        line.waiting.store(LINE, Ordering::Relaxed);
        assert_eq!(seats.take(&user("a")).await.err(), Some(Busy::Caller));
        assert_eq!(line.waiting.load(Ordering::Relaxed), LINE);
        drop(held);
    }

    #[tokio::test]
    async fn all_callers_have_no_more_than_there_are_connections() {
        let seats = seats(2);
        let held = (seats.connect().await, seats.connect().await);
        assert_eq!(seats.connect().await.err(), Some(Busy::Server));
        drop(held);
        assert!(seats.connect().await.is_ok());
    }

    #[tokio::test]
    async fn callers_without_a_request_are_forgotten() {
        let seats = seats(2);
        for name in 0..CALLERS + 1 {
            drop(seats.take(&user(&name.to_string())).await);
        }
        assert_eq!(seats.lines.lock().unwrap().len(), 1);
    }
}
