-- The truth of one map: what was ever committed, and what it comes to now.
-- Times are microseconds since 1970-01-01T00:00:00Z. Geometry is WKB in WGS 84.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- A batch is a set of changes that is, or will be, one commit. It is invisible until a row of
-- `commits` names it: so a big import stages its rows in many short transactions and becomes true
-- in one more. Here stand the batches on their way; -1: given up, its rows are being removed.
CREATE TABLE batches (
  batch      INTEGER PRIMARY KEY AUTOINCREMENT,
  touched_at INTEGER NOT NULL
);

CREATE TABLE commits (
  seq          INTEGER PRIMARY KEY,
  batch        INTEGER NOT NULL UNIQUE,
  at           INTEGER NOT NULL,
  effective_at INTEGER NOT NULL,
  role         TEXT    NOT NULL,
  account      TEXT,
  reason       TEXT,
  size         INTEGER NOT NULL,
  -- Whether `features` carries all of it already.
  folded       INTEGER NOT NULL
);
CREATE INDEX commits_unfolded ON commits (seq) WHERE folded = 0;

-- properties NULL: deleted.
CREATE TABLE changes (
  batch      INTEGER NOT NULL,
  collection TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  geometry   BLOB,
  properties TEXT,
  PRIMARY KEY (batch, collection, id)
) WITHOUT ROWID;

-- The newest version of every feature, less what commits that are not folded yet say newer.
-- properties NULL: deleted, kept only while an older commit is still being folded.
CREATE TABLE features (
  collection TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  geometry   BLOB,
  properties TEXT,
  UNIQUE (collection, id)
);
CREATE INDEX features_deleted ON features (collection, id) WHERE properties IS NULL;

-- Tokens and sessions are kept as SHA-256 of the secret: who reads the file cannot sign in with it.
CREATE TABLE tokens (
  id         TEXT PRIMARY KEY,
  hash       BLOB NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
);
CREATE TABLE sessions (
  hash       BLOB PRIMARY KEY,
  token      TEXT NOT NULL REFERENCES tokens (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_token ON sessions (token);
