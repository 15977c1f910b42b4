-- Jobs (work that takes longer than a request) and the files that they read. Neither is part of the map:
-- backups leave both out.

CREATE TABLE jobs (
  -- UUID v7: ids sort by the time at which the jobs were made.
  id          TEXT PRIMARY KEY,
  kind        TEXT    NOT NULL,
  -- JSON.
  arguments   TEXT    NOT NULL,
  -- The id and the name of the account that made it, and the role in which it acts.
  owner       TEXT    NOT NULL,
  account     TEXT    NOT NULL,
  role        TEXT    NOT NULL,
  -- The job whose result this one uses, and the upload that it reads.
  parent      TEXT,
  upload      TEXT,
  -- queued, running, done, cancelled, failed or lost.
  state       TEXT    NOT NULL,
  -- JSON {stage, share, done}; NULL before the first step.
  progress    TEXT,
  -- The commit as of which it reads the map.
  seq         INTEGER,
  -- Which process runs it, and until when nobody else may.
  node        TEXT,
  lease_until INTEGER,
  -- How often it was begun without being put back in order.
  starts      INTEGER NOT NULL DEFAULT 0,
  -- Whether somebody asked to cancel it while it ran.
  cancelled   INTEGER NOT NULL DEFAULT 0,
  -- JSON: from where it goes on after a restart, and what came of it.
  checkpoint  TEXT,
  result      TEXT,
  -- Why it failed or was lost, for its owner.
  problem     TEXT,
  -- Counts the writes of this row.
  revision    INTEGER NOT NULL DEFAULT 1,
  created_at  INTEGER NOT NULL,
  started_at  INTEGER,
  updated_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL
);
CREATE INDEX jobs_by_owner ON jobs (owner, id);
CREATE INDEX jobs_unfinished ON jobs (owner) WHERE state IN ('queued', 'running');
-- One plan is committed once, and undone once.
CREATE UNIQUE INDEX jobs_of_parent ON jobs (parent, kind)
  WHERE parent IS NOT NULL AND state IN ('queued', 'running', 'done');

CREATE TABLE uploads (
  id         TEXT PRIMARY KEY,
  -- The id of the account that sent it.
  owner      TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  bytes      INTEGER NOT NULL DEFAULT 0,
  chunks     INTEGER NOT NULL DEFAULT 0,
  complete   INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX uploads_by_owner ON uploads (owner);

-- Without a reference: the chunks of an upload that was removed are swept a few at a time.
CREATE TABLE upload_chunks (
  upload TEXT    NOT NULL,
  n      INTEGER NOT NULL,
  data   BLOB    NOT NULL,
  UNIQUE (upload, n)
);
