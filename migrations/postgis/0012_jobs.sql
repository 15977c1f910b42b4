-- Jobs (work that takes longer than a request) and the files that they read. Neither is part of the map:
-- backups leave both out.

CREATE TABLE onemap.jobs (
  -- UUID v7: ids sort by the time at which the jobs were made.
  id          text COLLATE "C" PRIMARY KEY,
  kind        text        NOT NULL,
  -- JSON.
  arguments   text        NOT NULL,
  -- The id and the name of the account that made it, and the role in which it acts.
  owner       text COLLATE "C" NOT NULL,
  account     text        NOT NULL,
  role        text        NOT NULL,
  -- The job whose result this one uses, and the upload that it reads.
  parent      text COLLATE "C",
  upload      text COLLATE "C",
  -- queued, running, done, cancelled, failed or lost.
  state       text        NOT NULL,
  -- JSON {stage, share, done}; NULL before the first step.
  progress    text,
  -- The commit as of which it reads the map.
  seq         bigint,
  -- Which process runs it, and until when nobody else may.
  node        text,
  lease_until timestamptz,
  -- How often it was begun without being put back in order.
  starts      bigint      NOT NULL DEFAULT 0,
  -- Whether somebody asked to cancel it while it ran.
  cancelled   boolean     NOT NULL DEFAULT false,
  -- JSON: from where it goes on after a restart, and what came of it.
  checkpoint  text,
  result      text,
  -- Why it failed or was lost, for its owner.
  problem     text,
  -- Counts the writes of this row.
  revision    bigint      NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  started_at  timestamptz,
  updated_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL
);
CREATE INDEX jobs_by_owner ON onemap.jobs (owner, id);
CREATE INDEX jobs_unfinished ON onemap.jobs (owner) WHERE state IN ('queued', 'running');
-- One plan is committed once, and undone once.
CREATE UNIQUE INDEX jobs_of_parent ON onemap.jobs (parent, kind)
  WHERE parent IS NOT NULL AND state IN ('queued', 'running', 'done');

CREATE TABLE onemap.uploads (
  id         text COLLATE "C" PRIMARY KEY,
  -- The id of the account that sent it.
  owner      text COLLATE "C" NOT NULL,
  name       text        NOT NULL,
  bytes      bigint      NOT NULL DEFAULT 0,
  chunks     bigint      NOT NULL DEFAULT 0,
  complete   boolean     NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX uploads_by_owner ON onemap.uploads (owner);

-- Without a reference: the chunks of an upload that was removed are swept a few at a time.
CREATE TABLE onemap.upload_chunks (
  upload text COLLATE "C" NOT NULL,
  n      bigint NOT NULL,
  data   bytea  NOT NULL,
  PRIMARY KEY (upload, n)
);
-- Files are mostly compressed already, and a chunk is read whole.
ALTER TABLE onemap.upload_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
