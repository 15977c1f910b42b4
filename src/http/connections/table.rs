//! The table of open connections by client. It decides which connection is closed when there are too many.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Settings;
use crate::http::origin::{Origin, network};

/// All open connections.
#[derive(Debug)]
pub struct Table {
    most: usize,
    most_of_one: usize,
    head: Duration,
    idle: Duration,
    look: Duration,
    start: Instant,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    all: HashMap<u64, Entry>,
    /// The number of connections of each holder.
    of: HashMap<Holder, usize>,
    next: u64,
}

#[derive(Debug)]
struct Entry {
    connection: Arc<Connection>,
    holder: Holder,
}

/// The client against which a connection counts. `None` is a trusted proxy, whose connections carry many
/// clients.
type Holder = Option<Origin>;

/// One connection, shared by the table and the connection's requests.
#[derive(Debug)]
pub struct Connection {
    table: Arc<Table>,
    id: u64,
    /// The number of requests whose answers have not been sent.
    active: AtomicU32,
    /// Whether a request has arrived.
    asked: AtomicBool,
    /// Whether a valid credential was sent over the connection.
    known: AtomicBool,
    /// When the connection became idle, in milliseconds since the table was created.
    idle_since: AtomicU64,
    evicted: Notify,
    /// The deadlines of the large answers that are being sent.
    deadlines: Mutex<BTreeSet<(Instant, u64)>>,
}

/// A place in the table. Dropping it frees the place.
#[derive(Debug)]
pub struct Ticket(pub Arc<Connection>);

/// A request in progress. While one exists, the connection is not idle.
#[derive(Debug)]
pub struct Busy(Arc<Connection>);

/// The deadline by which an answer must have been read. Dropping it removes the deadline.
#[derive(Debug)]
pub struct Deadline(Arc<Connection>, (Instant, u64));

impl Table {
    /// An empty table for at most `most` connections.
    pub fn new(settings: &Settings, most: usize) -> Arc<Self> {
        let most = most.min(settings.connections).max(1);
        Arc::new(Self {
            most,
            most_of_one: settings.connections_of_one.min(most / 2).max(1),
            head: settings.head,
            idle: settings.idle,
            look: settings.stall.min(Duration::from_secs(10)),
            start: Instant::now(),
            entries: Mutex::default(),
        })
    }

    /// Takes a place for a new connection. If all places, or all places of its address, are taken, an idle connection
    /// is closed. Returns `None` if there is no idle one.
    pub fn admit(self: &Arc<Self>, peer: IpAddr, is_proxy: bool) -> Option<Ticket> {
        let holder = (!is_proxy).then(|| Origin::Address(network(peer)));
        let mut entries = self.lock();
        let of_one = entries.of.get(&holder).copied().unwrap_or(0);
        if !is_proxy && of_one >= self.most_of_one && !entries.evict(Some(&holder)) {
            return None;
        }
        if entries.all.len() >= self.most && !entries.evict_of_the_largest() {
            return None;
        }
        let id = entries.next;
        entries.next += 1;
        let connection = Arc::new(Connection {
            table: Arc::clone(self),
            id,
            active: AtomicU32::new(0),
            asked: AtomicBool::new(false),
            known: AtomicBool::new(false),
            idle_since: AtomicU64::new(self.now()),
            evicted: Notify::new(),
            deadlines: Mutex::default(),
        });
        *entries.of.entry(holder.clone()).or_default() += 1;
        let entry = Entry {
            connection: Arc::clone(&connection),
            holder,
        };
        entries.all.insert(id, entry);
        Some(Ticket(connection))
    }

    /// Closes an idle connection, preferably of the address with the most connections.
    pub fn evict(&self) {
        self.lock().evict_of_the_largest();
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        // A panic while the lock was held leaves the map intact; at worst a counter is too high.
        self.entries.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Entries {
    fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.all.remove(&id)?;
        self.leave(&entry.holder);
        Some(entry)
    }

    fn leave(&mut self, holder: &Holder) {
        if let Some(count) = self.of.get_mut(holder) {
            *count -= 1;
            if *count == 0 {
                self.of.remove(holder);
            }
        }
    }

    /// Closes the connection that has been idle longest, of one holder or of all. Returns `false` if none is idle.
    fn evict(&mut self, of: Option<&Holder>) -> bool {
        let idle = self
            .all
            .values()
            .filter(|e| of.is_none_or(|of| *of == e.holder) && e.connection.is_idle())
            .min_by_key(|e| e.connection.idle_since.load(Ordering::Relaxed));
        let Some(id) = idle.map(|e| e.connection.id) else {
            return false;
        };
        if let Some(entry) = self.remove(id) {
            entry.connection.evicted.notify_one();
        }
        true
    }

    /// Closes the connection that has been idle longest: of the address or trusted proxy with the most connections or,
    /// if that has no idle one, of all clients. So addresses with few connections keep theirs if possible. Returns
    /// `false` if no connection is idle.
    fn evict_of_the_largest(&mut self) -> bool {
        let addresses = self
            .of
            .iter()
            .filter(|(holder, _)| !matches!(holder, Some(Origin::Account(_))));
        let largest = addresses
            .min_by_key(|(_, count)| Reverse(**count))
            .map(|(holder, _)| holder.clone());
        largest.is_some_and(|holder| self.evict(Some(&holder))) || self.evict(None)
    }
}

impl Connection {
    /// Starts a request.
    pub fn begin(self: &Arc<Self>) -> Busy {
        self.asked.store(true, Ordering::Relaxed);
        self.active.fetch_add(1, Ordering::AcqRel);
        Busy(Arc::clone(self))
    }

    /// Whether the connection has no request in progress.
    pub fn is_idle(&self) -> bool {
        self.active.load(Ordering::Acquire) == 0
    }

    /// Restarts the idle time, because a request ended or bytes of an answer were sent.
    pub fn touch(&self) {
        self.idle_since.store(self.table.now(), Ordering::Relaxed);
    }

    /// Waits until the connection has to close.
    pub async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// A valid credential was sent over the connection. From now on it counts against the account instead of
    /// the address, which a whole office may share.
    pub fn is_held_by(&self, account: &str) {
        if self.known.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut entries = self.table.lock();
        let account = Some(Origin::Account(account.to_owned()));
        let of_one = entries.of.get(&account).copied().unwrap_or(0);
        // If the account has too many connections, the one that has been idle longest is closed. If none is idle, this
        // connection keeps counting against the address.
        if of_one >= self.table.most_of_one && !entries.evict(Some(&account)) {
            return;
        }
        let Some(entry) = entries.all.get_mut(&self.id) else {
            return;
        };
        let before = std::mem::replace(&mut entry.holder, account.clone());
        entries.leave(&before);
        *entries.of.entry(account).or_default() += 1;
    }

    /// Sets the time within which an answer must have been read.
    pub fn answer_within(self: &Arc<Self>, time: Duration) -> Deadline {
        let mut deadlines = self.deadlines();
        let mut key = (Instant::now() + time, 0);
        while !deadlines.insert(key) {
            key.1 += 1;
        }
        Deadline(Arc::clone(self), key)
    }

    fn deadlines(&self) -> MutexGuard<'_, BTreeSet<(Instant, u64)>> {
        self.deadlines.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// When to check again whether the connection must be closed; `None` if it must be closed now.
    pub fn next_look(&self) -> Option<Instant> {
        self.next_look_at(Instant::now())
    }

    fn next_look_at(&self, now: Instant) -> Option<Instant> {
        let limit = match self.asked.load(Ordering::Relaxed) {
            false => self.table.head,
            true => self.table.idle,
        };
        let since = match self.is_idle() {
            false => now,
            true => {
                let since = Duration::from_millis(self.idle_since.load(Ordering::Relaxed));
                self.table.start + since
            }
        };
        let first = self.deadlines().first().map(|(at, _)| *at);
        let end = first.map_or(since + limit, |first| first.min(since + limit));
        // An answer that starts meanwhile may have an earlier deadline, so the next check is never far away.
        (end > now).then(|| end.min(now + self.table.look))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.table.lock().remove(self.0.id);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.touch();
        self.0.active.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.0.deadlines().remove(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn table(most: usize, most_of_one: usize) -> Arc<Table> {
        let settings = Settings {
            connections_of_one: most_of_one,
            ..Settings::default()
        };
        Table::new(&settings, most)
    }

    fn address(n: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, n])
    }

    /// Whether a connection was asked to close.
    fn is_evicted(ticket: &Ticket) -> bool {
        ticket.0.evicted().now_or_never().is_some()
    }

    fn is_idle_since(ticket: &Ticket, milliseconds: u64) {
        ticket.0.idle_since.store(milliseconds, Ordering::Relaxed);
    }

    #[test]
    fn the_longest_idle_connection_of_the_same_address_is_closed() {
        let table = table(100, 2);
        let first = table.admit(address(1), false).unwrap();
        let second = table.admit(address(1), false).unwrap();
        let other = table.admit(address(2), false).unwrap();
        for (n, ticket) in [&other, &first, &second].into_iter().enumerate() {
            is_idle_since(ticket, n as u64);
        }
        // The first connection starts a request, so the second one has been idle longer.
        let busy = first.0.begin();
        let third = table.admit(address(1), false).unwrap();
        assert!(is_evicted(&second));
        assert!(!is_evicted(&other));
        let _busy = (busy, third.0.begin());
        assert!(table.admit(address(1), false).is_none());
        assert!(table.admit(address(3), false).is_some());
    }

    #[test]
    fn a_full_table_closes_a_connection_of_the_address_with_the_most() {
        let table = table(4, 4);
        let mut tickets = Vec::new();
        for (n, at) in [(1, 0), (2, 1), (2, 2), (3, 3)] {
            let ticket = table.admit(address(n), false).unwrap();
            is_idle_since(&ticket, at);
            tickets.push(ticket);
        }
        let _new = table.admit(address(4), false).unwrap();
        let evicted: Vec<bool> = tickets.iter().map(is_evicted).collect();
        assert_eq!(evicted, [false, true, false, false]);
    }

    #[test]
    fn connections_of_accounts_and_proxies_do_not_count_against_the_address() {
        let table = table(100, 2);
        let both = [1, 1].map(|n| table.admit(address(n), false).unwrap());
        let _busy = [both[0].0.begin(), both[1].0.begin()];
        assert!(table.admit(address(1), false).is_none());
        both[0].0.is_held_by("wall");
        let third = table.admit(address(1), false);
        assert!(third.is_some());
        let proxied: Vec<_> = (0..10).map(|_| table.admit(address(9), true)).collect();
        assert!(proxied.iter().all(Option::is_some));
        drop((both, third, proxied));
        assert!(table.lock().of.is_empty() && table.lock().all.is_empty());
    }

    #[test]
    fn a_connection_ends_when_it_is_silent_idle_or_does_not_read() {
        let table = table(100, 100);
        let settings = Settings::default();
        let ticket = table.admit(address(1), false).unwrap();
        let connection = &ticket.0;
        let is_over = |after: Duration| connection.next_look_at(table.start + after).is_none();
        is_idle_since(&ticket, 0);
        assert!(!is_over(settings.head / 2));
        assert!(is_over(settings.head));
        let busy = connection.begin();
        assert!(!is_over(10 * settings.idle));
        let deadline = connection.answer_within(Duration::ZERO);
        assert!(is_over(10 * settings.idle));
        drop(deadline);
        assert!(!is_over(10 * settings.idle));
        drop(busy);
        is_idle_since(&ticket, 0);
        assert!(!is_over(settings.head));
        assert!(is_over(settings.idle));
    }
}
