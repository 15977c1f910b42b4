-- Who did what. Rows are added and never changed: the triggers see to it. `batch` is the commit's.
CREATE TABLE audit (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  account_id TEXT,
  account    TEXT,
  method     TEXT,
  path       TEXT,
  collection TEXT,
  feature    TEXT,
  batch      INTEGER,
  address    TEXT,
  detail     TEXT
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_account ON audit (account_id, id);

-- While a row stands here, rows of the audit may be changed or removed: for the erasure of personal
-- data and for what is older than the retention. Both put and remove the row in their transaction.
CREATE TABLE audit_gate (open INTEGER PRIMARY KEY) WITHOUT ROWID;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_gate)
BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only: UPDATE is refused');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_gate)
BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only: DELETE is refused');
END;
