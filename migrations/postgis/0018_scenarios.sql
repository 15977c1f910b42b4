-- Scenarios of planners: edits that are tried and not committed. They are shared between planners and have no history.
CREATE TABLE onemap.scenarios (
  -- UUID v7: ids sort by the time at which the scenarios were made.
  id         text COLLATE "C" PRIMARY KEY,
  name       text        NOT NULL,
  -- The name of the account that made it, and of the one that saved it last.
  author     text        NOT NULL,
  saved_by   text        NOT NULL,
  created_at timestamptz NOT NULL,
  saved_at   timestamptz NOT NULL,
  -- Counts the saves.
  version    bigint      NOT NULL,
  -- The commit of the map on which it was saved.
  seq        bigint      NOT NULL,
  -- JSON: the edits, those of their features that were on the map then, and the question of the page.
  edits      text        NOT NULL,
  existing   text        NOT NULL,
  question   text
);
