-- How often a gate let somebody in who said so: counts alone, of no account and no position.
CREATE TABLE onemap.passages (
  entrance text COLLATE "C" NOT NULL,
  -- The quarter of a year: year * 4 + 0 to 3.
  quarter  integer NOT NULL,
  -- 0 is Monday.
  weekday  integer NOT NULL,
  hour     integer NOT NULL,
  passed   bigint  NOT NULL,
  refused  bigint  NOT NULL,
  PRIMARY KEY (entrance, quarter, weekday, hour)
);
