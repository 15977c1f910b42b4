-- What the ledger needs beside the log. Cases, their steps, rules, conditions and silences are
-- features and stand in the log; here is what must be erasable, what is too big for it, and what is
-- nobody's history.

-- The versions of one feature, for the collections whose past is asked for: an import of a million
-- buildings does not pay for it.
CREATE INDEX changes_of_ledger ON onemap.changes (collection, id, batch)
  WHERE collection IN ('warnings', 'grids');

-- The member unit that an account works for, and the communities that it is bound to (empty: bound
-- to none, it may act everywhere).
ALTER TABLE onemap.tokens ADD COLUMN unit text;
ALTER TABLE onemap.tokens ADD COLUMN communities text[] NOT NULL DEFAULT '{}';

-- Of many nodes one does a job: the one that holds its lease.
CREATE TABLE onemap.leases (
  name   text PRIMARY KEY,
  holder text NOT NULL,
  until  timestamptz NOT NULL
);

-- How to reach who reported. Never in the log, so that it can be erased; erased when its time is up.
CREATE TABLE onemap.contacts (
  warning  text COLLATE "C" PRIMARY KEY,
  contact  text NOT NULL,
  erase_at timestamptz NOT NULL
);
CREATE INDEX contacts_to_erase ON onemap.contacts (erase_at);

-- Photos, as JPEG without metadata. `at`: when somebody last handed it in.
CREATE TABLE onemap.photos (
  id     text COLLATE "C" PRIMARY KEY,
  at     timestamptz NOT NULL,
  width  integer NOT NULL,
  height integer NOT NULL,
  jpeg   bytea NOT NULL,
  thumb  bytea NOT NULL
);
-- A JPEG does not get smaller by being compressed again.
ALTER TABLE onemap.photos ALTER COLUMN jpeg SET STORAGE EXTERNAL;
ALTER TABLE onemap.photos ALTER COLUMN thumb SET STORAGE EXTERNAL;
CREATE TABLE onemap.photos_of_warnings (
  photo   text COLLATE "C" NOT NULL REFERENCES onemap.photos (id),
  warning text COLLATE "C" NOT NULL,
  PRIMARY KEY (photo, warning)
);

-- When something was last observed at a place. A sensor says so every minute: no history is made of
-- what is as it was.
CREATE TABLE onemap.seen (
  place    text COLLATE "C" NOT NULL,
  category text COLLATE "C" NOT NULL,
  at       timestamptz NOT NULL,
  value    double precision NOT NULL,
  PRIMARY KEY (place, category)
);

-- Who is told of steps. Everything before the commit `seq`, and in it the warnings up to `after`, has
-- been told (or given up). The secret stands here as it is, since each delivery is signed with it.
CREATE TABLE onemap.webhooks (
  id            text COLLATE "C" PRIMARY KEY,
  url           text NOT NULL,
  events        text[] NOT NULL,
  secret        text NOT NULL,
  created_at    timestamptz NOT NULL,
  created_by    text,
  seq           bigint NOT NULL,
  after         text COLLATE "C" NOT NULL,
  -- While the receiver fails: how often in a row, since when, and when it is tried again.
  failures      integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  next_at       timestamptz,
  error         text
);

-- What was told, and what is being tried. state: pending, delivered, dead.
CREATE TABLE onemap.deliveries (
  hook     text COLLATE "C" NOT NULL REFERENCES onemap.webhooks (id) ON DELETE CASCADE,
  seq      bigint NOT NULL,
  warning  text COLLATE "C" NOT NULL,
  event    text NOT NULL,
  state    text NOT NULL,
  tries    integer NOT NULL,
  first_at timestamptz NOT NULL,
  at       timestamptz NOT NULL,
  error    text,
  PRIMARY KEY (hook, seq, warning)
);
