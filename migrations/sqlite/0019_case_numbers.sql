-- Which running number of a day and a street belongs to which case. `street` is empty for a case in no street. A row is
-- written before the commit of its case, so a number whose case was never committed stays unused.
CREATE TABLE case_numbers (
  -- As in the number: 20261129.
  day     TEXT    NOT NULL,
  street  TEXT    NOT NULL,
  running INTEGER NOT NULL,
  -- The id of the case.
  warning TEXT    NOT NULL UNIQUE,
  PRIMARY KEY (day, street, running)
) WITHOUT ROWID;
