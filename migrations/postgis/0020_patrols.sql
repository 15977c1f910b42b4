-- Patrol rounds: in which hour of a day an account walked a grid. No positions and no way.
CREATE TABLE onemap.patrols (
  -- The day in local time, as 2026-11-29.
  day     text COLLATE "C" NOT NULL,
  grid    text COLLATE "C" NOT NULL,
  -- 0 to 23, in local time.
  hour    integer NOT NULL,
  -- The id of the account.
  account text COLLATE "C" NOT NULL,
  PRIMARY KEY (day, grid, hour, account)
);
