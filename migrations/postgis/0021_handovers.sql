-- Shift handovers: what an officer handed over at the end of a shift, and who took it over. They have no history.
CREATE TABLE onemap.handovers (
  -- UUID v7: ids sort by the time of the handover.
  id          text COLLATE "C" PRIMARY KEY,
  -- The communities to which the officer is restricted, as a sorted JSON list; [] for the whole map.
  communities text COLLATE "C" NOT NULL,
  -- When the shift began, and the span of the next one.
  shift_from  timestamptz NOT NULL,
  next_from   timestamptz NOT NULL,
  next_until  timestamptz NOT NULL,
  -- Who handed over: the id and the name of the account.
  giver       text        NOT NULL,
  giver_name  text        NOT NULL,
  given_at    timestamptz NOT NULL,
  -- Who took over; null while the handover is open.
  taker       text,
  taker_name  text,
  taken_at    timestamptz,
  note        text        NOT NULL,
  -- JSON: the numbers and cases as they were at the handover.
  content     text        NOT NULL
);
-- At most one handover of the same communities is open.
CREATE UNIQUE INDEX handovers_open ON onemap.handovers (communities) WHERE taken_at IS NULL;
