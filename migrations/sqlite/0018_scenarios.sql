-- Scenarios of planners: edits that are tried and not committed. They are shared between planners and have no history.
CREATE TABLE scenarios (
  -- UUID v7: ids sort by the time at which the scenarios were made.
  id         TEXT PRIMARY KEY,
  name       TEXT    NOT NULL,
  -- The name of the account that made it, and of the one that saved it last.
  author     TEXT    NOT NULL,
  saved_by   TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  saved_at   INTEGER NOT NULL,
  -- Counts the saves.
  version    INTEGER NOT NULL,
  -- The commit of the map on which it was saved.
  seq        INTEGER NOT NULL,
  -- JSON: the edits, those of their features that were on the map then, and the question of the page.
  edits      TEXT    NOT NULL,
  existing   TEXT    NOT NULL,
  question   TEXT
);
