-- Patrol rounds: in which hour of a day an account walked a grid. No positions and no way.
CREATE TABLE patrols (
  -- The day in local time, as 2026-11-29.
  day     TEXT    NOT NULL,
  grid    TEXT    NOT NULL,
  -- 0 to 23, in local time.
  hour    INTEGER NOT NULL,
  -- The id of the account.
  account TEXT    NOT NULL,
  PRIMARY KEY (day, grid, hour, account)
) WITHOUT ROWID;
