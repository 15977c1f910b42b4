-- What the ledger needs beside the log. Cases, their steps, rules, conditions and silences are
-- features and stand in the log; here is what must be erasable, what is too big for it, and what is
-- nobody's history.

-- The versions of one feature, for the collections whose past is asked for. One index a collection,
-- so that an import of a million buildings pays for none.
CREATE INDEX changes_of_warnings ON changes (id, batch) WHERE collection = 'warnings';
CREATE INDEX changes_of_grids ON changes (id, batch) WHERE collection = 'grids';

-- The member unit that an account works for, and the communities that it is bound to (a JSON list;
-- empty: bound to none, it may act everywhere).
ALTER TABLE tokens ADD COLUMN unit TEXT;
ALTER TABLE tokens ADD COLUMN communities TEXT NOT NULL DEFAULT '[]';

-- Of many processes one does a job: the one that holds its lease.
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until  INTEGER NOT NULL
) WITHOUT ROWID;

-- How to reach who reported. Never in the log, so that it can be erased; erased when its time is up.
CREATE TABLE contacts (
  warning  TEXT PRIMARY KEY,
  contact  TEXT NOT NULL,
  erase_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX contacts_to_erase ON contacts (erase_at);

-- Photos, as JPEG without metadata. `at`: when somebody last handed it in.
CREATE TABLE photos (
  id     TEXT PRIMARY KEY,
  at     INTEGER NOT NULL,
  width  INTEGER NOT NULL,
  height INTEGER NOT NULL,
  jpeg   BLOB NOT NULL,
  thumb  BLOB NOT NULL
);
CREATE TABLE photos_of_warnings (
  photo   TEXT NOT NULL REFERENCES photos (id),
  warning TEXT NOT NULL,
  PRIMARY KEY (photo, warning)
) WITHOUT ROWID;

-- When something was last observed at a place. A sensor says so every minute: no history is made of
-- what is as it was.
CREATE TABLE seen (
  place    TEXT NOT NULL,
  category TEXT NOT NULL,
  at       INTEGER NOT NULL,
  value    REAL NOT NULL,
  PRIMARY KEY (place, category)
) WITHOUT ROWID;

-- Who is told of steps. Everything before the commit `seq`, and in it the warnings up to `after`, has
-- been told (or given up). The secret stands here as it is, since each delivery is signed with it.
CREATE TABLE webhooks (
  id            TEXT PRIMARY KEY,
  url           TEXT NOT NULL,
  events        TEXT NOT NULL,
  secret        TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  created_by    TEXT,
  seq           INTEGER NOT NULL,
  after         TEXT NOT NULL,
  -- While the receiver fails: how often in a row, since when, and when it is tried again.
  failures      INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  next_at       INTEGER,
  error         TEXT
);

-- What was told, and what is being tried. state: pending, delivered, dead.
CREATE TABLE deliveries (
  hook     TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  seq      INTEGER NOT NULL,
  warning  TEXT NOT NULL,
  event    TEXT NOT NULL,
  state    TEXT NOT NULL,
  tries    INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  error    TEXT,
  PRIMARY KEY (hook, seq, warning)
) WITHOUT ROWID;
