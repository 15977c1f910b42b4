-- How often a gate let somebody in who said so: counts alone, of no account and no position.
CREATE TABLE passages (
  entrance TEXT    NOT NULL,
  -- The quarter of a year: year * 4 + 0 to 3.
  quarter  INTEGER NOT NULL,
  -- 0 is Monday.
  weekday  INTEGER NOT NULL,
  hour     INTEGER NOT NULL,
  passed   INTEGER NOT NULL,
  refused  INTEGER NOT NULL,
  PRIMARY KEY (entrance, quarter, weekday, hour)
) WITHOUT ROWID;
