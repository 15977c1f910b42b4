-- Shift handovers: what an officer handed over at the end of a shift, and who took it over. They have no history.
CREATE TABLE handovers (
  -- UUID v7: ids sort by the time of the handover.
  id          TEXT PRIMARY KEY,
  -- The communities to which the officer is restricted, as a sorted JSON list; [] for the whole map.
  communities TEXT    NOT NULL,
  -- When the shift began, and the span of the next one.
  shift_from  INTEGER NOT NULL,
  next_from   INTEGER NOT NULL,
  next_until  INTEGER NOT NULL,
  -- Who handed over: the id and the name of the account.
  giver       TEXT    NOT NULL,
  giver_name  TEXT    NOT NULL,
  given_at    INTEGER NOT NULL,
  -- Who took over; null while the handover is open.
  taker       TEXT,
  taker_name  TEXT,
  taken_at    INTEGER,
  note        TEXT    NOT NULL,
  -- JSON: the numbers and cases as they were at the handover.
  content     TEXT    NOT NULL
);
-- At most one handover of the same communities is open.
CREATE UNIQUE INDEX handovers_open ON handovers (communities) WHERE taken_at IS NULL;
