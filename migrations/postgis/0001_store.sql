-- The truth of one map in PostgreSQL: what was ever committed, and what it comes to now.
--
-- Triggers alone write the log, for the program and for plain SQL alike: whoever changes a row of
-- `features` (or of a view in `map`) makes a commit, whole, with a number. Who and why travel beside:
--
--   BEGIN;
--   SET LOCAL onemap.reason = '现场核实';          -- and onemap.role, onemap.account,
--   UPDATE map.buildings SET levels = 7 WHERE id = 'wq-3';  -- onemap.effective_at
--   COMMIT;
--
-- Run with the schema in which PostGIS stands on the search_path. What uses PostGIS is resolved here
-- and now (`RETURN`), so nothing depends on anybody's search_path later.

CREATE SCHEMA map;
COMMENT ON SCHEMA map IS 'One Map: one view a collection, made from its schema, to read and to edit';

CREATE TABLE onemap.meta (
  key   text PRIMARY KEY,
  value text NOT NULL
);

-- The newest version of every feature. `batch` says which commit wrote it.
CREATE TABLE onemap.features (
  collection text COLLATE "C" NOT NULL
    CONSTRAINT collection_name CHECK (collection ~ '^\$?[a-z][a-z0-9_]{0,47}$'),
  id         text COLLATE "C" NOT NULL
    CONSTRAINT feature_id CHECK (octet_length(id) BETWEEN 1 AND 200 AND id ~ '\S'
                                 AND id !~ '[\u0001-\u001f\u007f-\u009f]'),
  batch      bigint NOT NULL,
  geometry   geometry(Geometry, 4326),
  properties jsonb NOT NULL DEFAULT '{}'
    CONSTRAINT properties_object CHECK (jsonb_typeof(properties) = 'object'),
  PRIMARY KEY (collection, id)
);
CREATE INDEX features_by_place ON onemap.features USING gist (geometry);

-- What each commit changed. properties NULL: deleted. `previous` is the batch that wrote the version
-- before it (NULL: there was none), `again` says that the transaction touched it more than once.
CREATE TABLE onemap.changes (
  batch      bigint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  previous   bigint,
  again      boolean NOT NULL DEFAULT false,
  geometry   geometry(Geometry, 4326),
  properties jsonb,
  PRIMARY KEY (batch, collection, id)
);
CREATE INDEX changes_of_schemas ON onemap.changes (id, batch) WHERE collection = '$schemas';

-- One row a transaction that is changing features right now; `logged` once it has changed one. From
-- outside there is nothing to see but what a transaction left that wrote what already was.
-- A transaction's number is no batch, since a database that is restored elsewhere counts anew.
CREATE TABLE onemap.batches (
  xid    xid8 PRIMARY KEY DEFAULT pg_current_xact_id(),
  batch  bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  logged boolean NOT NULL DEFAULT false
);

-- `checked`: written by the program, which checks a feature at its door. Everything else is judged
-- before the map shows it; `judged` says that this is done.
CREATE TABLE onemap.commits (
  seq          bigint PRIMARY KEY,
  batch        bigint NOT NULL UNIQUE,
  at           timestamptz NOT NULL,
  effective_at timestamptz NOT NULL,
  role         text NOT NULL,
  account      text,
  reason       text,
  size         bigint NOT NULL,
  checked      boolean NOT NULL,
  judged       boolean NOT NULL
);
CREATE INDEX commits_to_judge ON onemap.commits (seq) WHERE NOT judged;

-- Versions that are no valid features: the map keeps what it had. Rows stay as part of the log; the
-- ones that `features` still holds are those to be mended.
CREATE TABLE onemap.quarantine (
  batch      bigint NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  problem    text NOT NULL,
  PRIMARY KEY (batch, collection, id)
);

-- The last number and time that were given out. Sequences, because a transaction in REPEATABLE READ
-- cannot see the commits made since it began, but can read these.
CREATE SEQUENCE onemap.last_seq MINVALUE 0 START 0;
CREATE SEQUENCE onemap.last_at MINVALUE 0 START 0;

-- Tokens and sessions are kept as SHA-256 of the secret: who reads the database cannot sign in.
CREATE TABLE onemap.tokens (
  id         text PRIMARY KEY,
  hash       bytea NOT NULL UNIQUE,
  name       text NOT NULL,
  role       text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz
);
CREATE TABLE onemap.sessions (
  hash       bytea PRIMARY KEY,
  token      text NOT NULL REFERENCES onemap.tokens (id),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_by_token ON onemap.sessions (token);

-- Well-Known Binary, without SRID, as the program reads and writes it.
CREATE FUNCTION onemap.to_wkb(g geometry) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ST_AsBinary(g, 'NDR');
CREATE FUNCTION onemap.from_wkb(b bytea) RETURNS geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ST_GeomFromWKB(b, 4326);

-- Whether two geometries are the same to the last bit.
CREATE FUNCTION onemap.same_place(a geometry, b geometry) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ST_AsBinary(a) IS NOT DISTINCT FROM ST_AsBinary(b);

-- Microseconds since 1970-01-01T00:00:00Z, exactly.
CREATE FUNCTION onemap.micros(t timestamptz) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN (extract(epoch FROM t) * 1000000)::bigint;

CREATE FUNCTION onemap.from_micros(us bigint) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN timestamptz 'epoch' + us * interval '1 microsecond';

-- The batch of this transaction. `onemap.batch` remembers it beside the transaction's number, since
-- an import asks once a row; what a savepoint takes back it takes back there too.
CREATE FUNCTION onemap.batch() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found_batch bigint;
BEGIN
  SELECT b.batch INTO found_batch FROM onemap.batches b WHERE b.xid = pg_current_xact_id();
  IF NOT FOUND THEN
    INSERT INTO onemap.batches DEFAULT VALUES RETURNING batch INTO found_batch;
  END IF;
  PERFORM set_config('onemap.batch', pg_current_xact_id()::text || ':' || found_batch, true);
  RETURN found_batch;
END $$;

CREATE FUNCTION onemap.is_quarantined(b bigint, c text, i text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM onemap.quarantine q
                 WHERE q.batch = b AND q.collection = c AND q.id = i);
END $$;

-- Before a row is written: marks it with the batch, and stops updates that change nothing. Runs once
-- a row, so it has no settings and no rights of its own: each costs more than all it does.
CREATE FUNCTION onemap.stamp() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  known text := current_setting('onemap.batch', true);
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.properties = OLD.properties AND NEW.id = OLD.id AND NEW.collection = OLD.collection
       AND onemap.same_place(NEW.geometry, OLD.geometry) THEN
      -- `seal` gives a feature back to the commit that wrote it.
      IF NEW.batch <> OLD.batch AND pg_trigger_depth() > 1 THEN
        RETURN NEW;
      END IF;
      -- Touching a row in quarantine has it judged anew: its schema may have changed since.
      IF NOT onemap.is_quarantined(OLD.batch, OLD.collection, OLD.id) THEN
        RETURN NULL;
      END IF;
    END IF;
  END IF;
  IF split_part(known, ':', 1) = pg_current_xact_id()::text THEN
    NEW.batch := split_part(known, ':', 2);
  ELSE
    NEW.batch := onemap.batch();
  END IF;
  RETURN NEW;
END $$;

-- After a statement: writes what it changed into the log. Whatever was touched before (by an earlier
-- statement, or by another part of this one, in whatever order they ran) is looked up: what stands in
-- `features` now is the truth.
CREATE FUNCTION onemap.log() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- The sizes differ from one row to a million, and a plan is kept for all of them: the index always.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  this   bigint;
  ledger record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT FROM after) THEN RETURN NULL; END IF;
    this := onemap.batch();
    IF EXISTS (SELECT FROM after a WHERE a.batch <> this) THEN
      RAISE EXCEPTION 'onemap.batch is not to be set' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO onemap.changes AS c (batch, collection, id, geometry, properties)
    SELECT this, a.collection, a.id, a.geometry, a.properties FROM after a
    ON CONFLICT (batch, collection, id) DO UPDATE
    SET again = true, (geometry, properties) =
      (SELECT f.geometry, f.properties FROM onemap.features f
       WHERE f.collection = c.collection AND f.id = c.id);
  ELSIF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM before) THEN RETURN NULL; END IF;
    this := onemap.batch();
    INSERT INTO onemap.changes AS c (batch, collection, id, previous, geometry, properties)
    SELECT this, b.collection, b.id, b.batch, f.geometry, f.properties
    FROM before b LEFT JOIN onemap.features f ON f.collection = b.collection AND f.id = b.id
    ON CONFLICT (batch, collection, id) DO UPDATE
    SET geometry = excluded.geometry, properties = excluded.properties, again = true;
  ELSE
    IF NOT EXISTS (SELECT FROM after) THEN RETURN NULL; END IF;
    this := onemap.batch();
    -- An update may change ids: the old name is deleted, the new one put.
    INSERT INTO onemap.changes AS c (batch, collection, id, previous, geometry, properties)
    SELECT this, k.collection, k.id, k.previous, f.geometry, f.properties
    FROM (
      SELECT u.collection, u.id, max(u.previous) AS previous
      FROM (SELECT b.collection, b.id, b.batch AS previous, false AS given_back FROM before b
            UNION ALL
            SELECT a.collection, a.id, NULL, a.batch <> this FROM after a) u
      GROUP BY u.collection, u.id
      HAVING NOT bool_or(u.given_back)
    ) k LEFT JOIN onemap.features f ON f.collection = k.collection AND f.id = k.id
    ON CONFLICT (batch, collection, id) DO UPDATE
    SET geometry = excluded.geometry, properties = excluded.properties, again = true;
  END IF;

  -- Some collections change by rules that SQL cannot keep.
  IF current_setting('onemap.checked', true) IS DISTINCT FROM 'on' THEN
    FOR ledger IN
      SELECT s.id, s.properties ->> 'x-onemap-read-only' AS how
      FROM onemap.features s
      WHERE s.collection = '$schemas' AND s.properties ? 'x-onemap-read-only'
    LOOP
      IF EXISTS (SELECT FROM onemap.changes c WHERE c.batch = this AND c.collection = ledger.id) THEN
        RAISE EXCEPTION 'the collection % is not written by SQL: %', ledger.id, ledger.how
          USING ERRCODE = 'insufficient_privilege';
      END IF;
    END LOOP;
  END IF;
  -- The first time in a transaction, this is what has `seal` run at its end.
  UPDATE onemap.batches b SET logged = true WHERE b.xid = pg_current_xact_id() AND NOT b.logged;
  RETURN NULL;
END $$;

CREATE FUNCTION onemap.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'TRUNCATE would leave the log behind: use DELETE FROM %.%', TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'feature_not_supported';
END $$;

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON onemap.features
  FOR EACH ROW EXECUTE FUNCTION onemap.stamp();
CREATE TRIGGER log_insert AFTER INSERT ON onemap.features
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION onemap.log();
CREATE TRIGGER log_update AFTER UPDATE ON onemap.features
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION onemap.log();
CREATE TRIGGER log_delete AFTER DELETE ON onemap.features
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION onemap.log();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON onemap.features
  FOR EACH STATEMENT EXECUTE FUNCTION onemap.refuse_truncate();

-- At COMMIT: takes out what came to nothing, and gives the rest its number.
--
-- The lock is held until the transaction is visible to everybody, so numbers follow the order in
-- which commits become visible, and no follower can pass one by. It is taken last and waits for no
-- other lock, so it cannot be part of a deadlock. (After `SET CONSTRAINTS ALL IMMEDIATE` every
-- statement becomes a commit of its own, still visible only with its transaction.)
CREATE FUNCTION onemap.seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  n          bigint;
  touched    boolean;
  the_role   text := coalesce(nullif(current_setting('onemap.role', true), ''), 'admin');
  the_person text := coalesce(nullif(current_setting('onemap.account', true), ''), session_user);
  why        text := nullif(current_setting('onemap.reason', true), '');
  effective  text := nullif(current_setting('onemap.effective_at', true), '');
  own        boolean := current_setting('onemap.checked', true) IS NOT DISTINCT FROM 'on';
  effect     timestamptz;
  last_seq   bigint;
  last_at    timestamptz;
  now_at     timestamptz;
BEGIN
  SELECT count(*), bool_or(c.again) INTO n, touched FROM onemap.changes c WHERE c.batch = NEW.batch;
  IF touched THEN
    -- Made and deleted again.
    DELETE FROM onemap.changes c
    WHERE c.batch = NEW.batch AND c.again AND c.previous IS NULL AND c.properties IS NULL;
    -- Changed there and back, or deleted and made anew as it was.
    WITH undone AS (
      DELETE FROM onemap.changes c USING onemap.changes p
      WHERE c.batch = NEW.batch AND c.again
        AND p.batch = c.previous AND p.collection = c.collection AND p.id = c.id
        AND p.properties = c.properties AND onemap.same_place(p.geometry, c.geometry)
      RETURNING c.collection, c.id, c.previous
    )
    UPDATE onemap.features f SET batch = u.previous
    FROM undone u WHERE f.collection = u.collection AND f.id = u.id;
    SELECT count(*) INTO n FROM onemap.changes c WHERE c.batch = NEW.batch;
  END IF;
  DELETE FROM onemap.batches b WHERE b.xid = NEW.xid;
  PERFORM set_config('onemap.batch', '', true);
  IF n = 0 THEN
    RETURN NULL;
  END IF;

  IF the_role NOT IN ('public', 'rider', 'grid_worker', 'officer', 'planner', 'steward', 'admin') THEN
    RAISE EXCEPTION 'onemap.role is %, which is no role; roles are public, rider, grid_worker, officer, planner, steward and admin', quote_literal(the_role)
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  effect := effective::timestamptz;

  PERFORM pg_advisory_xact_lock(1869439344, 1);
  IF current_setting('transaction_isolation') IN ('read committed', 'read uncommitted') THEN
    SELECT c.seq, c.at INTO last_seq, last_at FROM onemap.commits c ORDER BY c.seq DESC LIMIT 1;
  ELSE
    SELECT s.last_value INTO last_seq FROM onemap.last_seq s;
    SELECT onemap.from_micros(s.last_value) INTO last_at FROM onemap.last_at s;
  END IF;
  last_seq := coalesce(last_seq, 0) + 1;
  -- Time never runs backwards in the log, whatever the clock does.
  now_at := greatest(clock_timestamp(), last_at);
  PERFORM setval('onemap.last_seq', last_seq),
          setval('onemap.last_at', onemap.micros(now_at));
  INSERT INTO onemap.commits (seq, batch, at, effective_at, role, account, reason, size, checked, judged)
  VALUES (last_seq, NEW.batch, now_at, coalesce(effect, now_at), the_role,
          -- The program itself has no account.
          nullif(the_person, '$system'), why, n, own, own);
  PERFORM pg_notify('onemap', last_seq::text);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER seal AFTER UPDATE ON onemap.batches
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION onemap.seal();
