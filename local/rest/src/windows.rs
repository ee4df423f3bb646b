//! Sliding windows: the times of each caller's requests are kept until they have left the window.

use crate::answer::refusal;
use crate::journal::{Entry, Journal};
use crate::limits::{Caller, Limit};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Response, StatusCode, header};
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

pub const ALLOWED: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
pub const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Interval at which callers without a request in their window are removed.
const SWEEP: Duration = Duration::from_secs(10);

/// The decision on a request, for the response headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    pub admitted: bool,
    limit: Limit,
    remaining: usize,
    /// Time until the window has room for one more request.
    reset: Duration,
}

impl Admission {
    pub fn add_headers(&self, headers: &mut HeaderMap) {
        headers.insert(ALLOWED, self.limit.requests.into());
        headers.insert(REMAINING, self.remaining.into());
        headers.insert(RESET, self.seconds().into());
        if !self.admitted {
            headers.insert(header::RETRY_AFTER, self.seconds().into());
        }
    }

    /// Returns the refusal in the words that the database uses for writes.
    pub fn refused(&self) -> Response<Body> {
        let message = format!("Too many requests: try again in {} s", self.seconds());
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = refusal(status, "rate_limited", &message, None);
        self.add_headers(response.headers_mut());
        response
    }

    /// Whole seconds, rounded up: a client that waits for them is not refused again.
    fn seconds(&self) -> u64 {
        (self.reset.as_secs_f64().ceil() as u64).max(1)
    }
}

/// The requests of all callers that are still in their windows: reads, and writes that failed.
pub struct Counter {
    reads: Mutex<Requests>,
    failures: Mutex<Requests>,
}

struct Requests {
    by_caller: HashMap<Caller, Taken>,
    swept: Instant,
    journal: Journal,
}

#[derive(Default)]
struct Taken {
    at: VecDeque<Instant>,
    window: Duration,
    /// Requests in progress, which may count.
    pending: usize,
}

impl Taken {
    fn forget_before(&mut self, now: Instant) {
        while self.at.front().is_some_and(|at| now.duration_since(*at) >= self.window) {
            self.at.pop_front();
        }
    }

    fn decision(&self, admitted: bool, limit: Limit, now: Instant) -> Admission {
        let too_many = self.at.len().saturating_sub(limit.requests);
        let age = self.at.get(too_many).map_or(Duration::ZERO, |at| now.duration_since(*at));
        Admission {
            admitted,
            limit,
            remaining: limit.requests.saturating_sub(self.at.len()),
            reset: limit.window.saturating_sub(age),
        }
    }
}

impl Counter {
    /// Reads the counts that an earlier server kept in the folder, if there is one.
    pub fn kept_in(folder: Option<&Path>) -> Self {
        let kept = |name| {
            let kept = folder.map(|folder| Journal::open(&folder.join(name)));
            let (journal, entries) = kept.unwrap_or_else(|| (Journal::none(), Vec::new()));
            Mutex::new(Requests::from(journal, entries))
        };
        Self { reads: kept("reads"), failures: kept("failures") }
    }

    pub fn read(&self, caller: Caller, limit: Limit) -> Admission {
        held(&self.reads).count(caller, limit, Instant::now())
    }

    /// Writes in progress count as failures until they have ended, so that writes that enter at once cannot
    /// fail more often than the limit.
    pub fn enter(&self, caller: Caller, limit: Limit) -> Result<Entered<'_>, Admission> {
        held(&self.failures).enter(&caller, limit, Instant::now())?;
        Ok(Entered { counter: self, caller, limit, under_way: true })
    }
}

fn held(requests: &Mutex<Requests>) -> MutexGuard<'_, Requests> {
    requests.lock().unwrap_or_else(|e| e.into_inner())
}

/// An admitted write. It has failed if it is dropped before its end, as when its client disconnects.
pub struct Entered<'a> {
    counter: &'a Counter,
    caller: Caller,
    limit: Limit,
    under_way: bool,
}

impl Entered<'_> {
    /// The decision for its caller if it fails.
    pub fn ended(mut self, failed: bool) -> Option<Admission> {
        self.under_way = false;
        held(&self.counter.failures).leave(&self.caller, self.limit, failed, Instant::now())
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if self.under_way {
            held(&self.counter.failures).leave(&self.caller, self.limit, true, Instant::now());
        }
    }
}

impl Requests {
    fn from(journal: Journal, entries: Vec<Entry>) -> Self {
        let (now, clock) = (Instant::now(), SystemTime::now());
        let mut by_caller = HashMap::<Caller, Taken>::new();
        for Entry { caller, at, window } in entries {
            let age = clock.duration_since(at).ok().filter(|age| *age < window);
            if let Some(at) = age.and_then(|age| now.checked_sub(age)) {
                let taken = by_caller.entry(caller).or_default();
                taken.window = window;
                taken.at.push_back(at);
            }
        }
        by_caller.values_mut().for_each(|taken| taken.at.make_contiguous().sort());
        Self { by_caller, swept: now, journal }
    }

    fn count(&mut self, caller: Caller, limit: Limit, now: Instant) -> Admission {
        let taken = self.of(caller.clone(), limit, now);
        let admitted = taken.at.len() < limit.requests;
        if admitted {
            taken.at.push_back(now);
        }
        let admission = taken.decision(admitted, limit, now);
        if admitted {
            self.keep(caller, limit);
        }
        admission
    }

    fn keep(&mut self, caller: Caller, limit: Limit) {
        self.journal.append(&Entry { caller, at: SystemTime::now(), window: limit.window });
    }

    fn enter(&mut self, caller: &Caller, limit: Limit, now: Instant) -> Result<(), Admission> {
        let taken = self.of(caller.clone(), limit, now);
        if taken.at.len() + taken.pending >= limit.requests {
            return Err(Admission { remaining: 0, ..taken.decision(false, limit, now) });
        }
        taken.pending += 1;
        Ok(())
    }

    fn leave(
        &mut self,
        caller: &Caller,
        limit: Limit,
        failed: bool,
        now: Instant,
    ) -> Option<Admission> {
        let taken = self.of(caller.clone(), limit, now);
        taken.pending = taken.pending.saturating_sub(1);
        if !failed {
            return None;
        }
        taken.at.push_back(now);
        let admission = taken.decision(true, limit, now);
        self.keep(caller.clone(), limit);
        Some(admission)
    }

    fn of(&mut self, caller: Caller, limit: Limit, now: Instant) -> &mut Taken {
        self.sweep(now);
        let taken = self.by_caller.entry(caller).or_default();
        taken.window = limit.window;
        taken.forget_before(now);
        taken
    }

    fn sweep(&mut self, now: Instant) {
        if now.duration_since(self.swept) < SWEEP {
            return;
        }
        self.swept = now;
        self.by_caller.retain(|_, taken| {
            taken.forget_before(now);
            taken.pending > 0 || !taken.at.is_empty()
        });
        if self.journal.is_stale(self.by_caller.values().map(|taken| taken.at.len()).sum()) {
            let entries = self.entries(now);
            self.journal.replace(&entries);
        }
    }

    fn entries(&self, now: Instant) -> Vec<Entry> {
        let clock = SystemTime::now();
        let of = |(caller, taken): (&Caller, &Taken)| -> Vec<Entry> {
            let entry = |at: &Instant| {
                let at = clock - now.duration_since(*at);
                Entry { caller: caller.clone(), at, window: taken.window }
            };
            taken.at.iter().map(entry).collect()
        };
        self.by_caller.iter().flat_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const LIMIT: Limit = Limit { requests: 3, window: Duration::from_secs(60) };

    fn user(name: &str) -> Caller {
        Caller::User(name.to_string())
    }

    fn reads() -> (Requests, Instant) {
        let now = Instant::now();
        (Requests { swept: now, ..Requests::from(Journal::none(), vec![]) }, now)
    }

    #[test]
    fn a_window_slides_read_by_read() {
        let (mut reads, start) = reads();
        let mut at = |seconds| {
            let now = start + Duration::from_secs(seconds);
            let answer = reads.count(user("a"), LIMIT, now);
            (answer.admitted, answer.remaining, answer.reset.as_secs())
        };
        assert_eq!(at(0), (true, 2, 60));
        assert_eq!(at(10), (true, 1, 50));
        assert_eq!(at(20), (true, 0, 40));
        assert_eq!(at(59), (false, 0, 1));
        assert_eq!(at(60), (true, 0, 10));
        assert_eq!(at(61), (false, 0, 9));
        assert_eq!(at(200), (true, 2, 60));
    }

    #[test]
    fn callers_do_not_use_up_each_others_reads() {
        let (mut reads, now) = reads();
        for _ in 0..3 {
            assert!(reads.count(user("a"), LIMIT, now).admitted);
        }
        assert!(!reads.count(user("a"), LIMIT, now).admitted);
        assert!(reads.count(user("b"), LIMIT, now).admitted);
        assert!(reads.count(Caller::Network(None), LIMIT, now).admitted);
    }

    #[test]
    fn a_changed_limit_holds_from_the_next_read_on() {
        let (mut reads, now) = reads();
        for _ in 0..3 {
            reads.count(user("a"), LIMIT, now);
        }
        let more = Limit { requests: 4, ..LIMIT };
        assert!(reads.count(user("a"), more, now).admitted);
        let later = now + Duration::from_secs(10);
        reads.count(user("a"), Limit { requests: 5, ..LIMIT }, later);
        let fewer = reads.count(user("a"), Limit { requests: 1, ..LIMIT }, later);
        assert_eq!((fewer.admitted, fewer.remaining, fewer.reset.as_secs()), (false, 0, 60));
        let shorter = Limit { window: Duration::from_secs(1), ..LIMIT };
        assert!(reads.count(user("a"), shorter, now + Duration::from_secs(1)).admitted);
    }

    #[test]
    fn callers_not_seen_for_a_window_are_forgotten() {
        let (mut reads, start) = reads();
        for number in 0..1000 {
            reads.count(user(&number.to_string()), LIMIT, start);
        }
        reads.count(user("late"), LIMIT, start + Duration::from_secs(30));
        assert_eq!(reads.by_caller.len(), 1001);
        reads.count(user("late"), LIMIT, start + Duration::from_secs(60));
        assert_eq!(reads.by_caller.len(), 1);
    }

    #[test]
    fn of_sixty_four_at_once_exactly_as_many_as_may_are_admitted() {
        let counter = Arc::new(Counter::kept_in(None));
        let limit = Limit { requests: 100, ..LIMIT };
        let threads: Vec<_> = (0..64)
            .map(|_| {
                let counter = counter.clone();
                std::thread::spawn(move || {
                    let answers = (0..5).map(|_| counter.read(user("a"), limit));
                    answers.filter(|answer| answer.admitted).count()
                })
            })
            .collect();
        let admitted: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(admitted, 100);
    }

    #[test]
    fn writes_that_fail_are_let_in_as_often_as_the_limit_says() {
        let counter = Counter::kept_in(None);
        let remaining: Vec<_> = (0..3)
            .filter_map(|_| counter.enter(user("a"), LIMIT).ok()?.ended(true))
            .map(|admission| admission.remaining)
            .collect();
        assert_eq!(remaining, [2, 1, 0]);
        let refused = counter.enter(user("a"), LIMIT).err().unwrap();
        assert_eq!((refused.admitted, refused.remaining, refused.seconds()), (false, 0, 60));
        assert!(counter.enter(user("b"), LIMIT).is_ok());
        assert!(counter.read(user("a"), LIMIT).admitted);
    }

    #[test]
    fn writes_that_succeed_leave_nothing() {
        let counter = Counter::kept_in(None);
        for _ in 0..10 {
            assert_eq!(counter.enter(user("a"), LIMIT).ok().unwrap().ended(false), None);
        }
        let first = counter.enter(user("a"), LIMIT).ok().unwrap().ended(true);
        assert_eq!(first.map(|admission| admission.remaining), Some(2));
    }

    #[test]
    fn a_write_whose_end_is_not_known_has_failed() {
        let counter = Counter::kept_in(None);
        for _ in 0..3 {
            drop(counter.enter(user("a"), LIMIT).ok().unwrap());
        }
        assert!(counter.enter(user("a"), LIMIT).is_err());
    }

    #[test]
    fn no_more_are_under_way_than_may_fail() {
        let counter = Counter::kept_in(None);
        let under_way: Vec<_> = (0..3).map(|_| counter.enter(user("a"), LIMIT).ok()).collect();
        let refused = counter.enter(user("a"), LIMIT).err().unwrap();
        assert_eq!((refused.remaining, refused.seconds()), (0, 60));
        for entered in under_way.into_iter().flatten() {
            entered.ended(false);
        }
        assert!(counter.enter(user("a"), LIMIT).is_ok());
    }

    #[test]
    fn a_failure_counts_for_its_window() {
        let (mut failures, start) = reads();
        for seconds in [0, 10, 20] {
            let now = start + Duration::from_secs(seconds);
            assert!(failures.enter(&user("a"), LIMIT, now).is_ok());
            failures.leave(&user("a"), LIMIT, true, now);
        }
        let mut at = |seconds| {
            let now = start + Duration::from_secs(seconds);
            failures.enter(&user("a"), LIMIT, now).map_err(|refused| refused.seconds())
        };
        assert_eq!((at(59), at(60), at(61)), (Err(1), Ok(()), Err(9)));
    }

    #[test]
    fn counts_outlive_the_server() {
        let path = crate::journal::tests::some_path();
        let counter = || Counter::kept_in(path.parent());
        let before = counter();
        for _ in 0..2 {
            assert!(before.read(user("a"), LIMIT).admitted);
        }
        for _ in 0..3 {
            assert!(before.enter(user("a"), LIMIT).ok().unwrap().ended(true).is_some());
        }
        let after = counter();
        assert!(after.enter(user("a"), LIMIT).is_err());
        let third = after.read(user("a"), LIMIT);
        assert_eq!((third.admitted, third.remaining), (true, 0));
        assert!(!counter().read(user("a"), LIMIT).admitted);
        assert!(counter().read(user("b"), LIMIT).admitted);
    }

    #[test]
    fn what_has_left_its_window_or_is_yet_to_come_does_not_count() {
        let entry = |at| Entry { caller: user("a"), at, window: LIMIT.window };
        let now = SystemTime::now();
        let ages = [entry(now - LIMIT.window), entry(now + LIMIT.window)];
        assert!(Requests::from(Journal::none(), ages.to_vec()).by_caller.is_empty());
    }

    #[test]
    fn a_stale_journal_is_written_again_with_what_counts() {
        let path = crate::journal::tests::some_path();
        let (mut reads, start) = reads();
        reads.journal = Journal::open(&path).0;
        let short = Limit { requests: usize::MAX, window: Duration::from_secs(5) };
        for _ in 0..20_000 {
            assert!(reads.count(user("a"), short, start).admitted);
        }
        reads.count(user("b"), LIMIT, start + SWEEP);
        assert_eq!(Journal::open(&path).1.len(), 1);
    }

    #[test]
    fn a_refusal_tells_when_to_come_back() {
        let (mut reads, now) = reads();
        for _ in 0..3 {
            reads.count(user("a"), LIMIT, now);
        }
        let response = reads.count(user("a"), LIMIT, now + Duration::from_millis(500)).refused();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        for (name, value) in [
            ("x-ratelimit-limit", "3"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "60"),
            ("retry-after", "60"),
        ] {
            assert_eq!(response.headers()[name], value, "{name}");
        }
    }
}
