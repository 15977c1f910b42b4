-- Photos belong to features of any collection. An upload is linked by the claim that its uploader got
-- (kept as SHA-256), or by the account that uploaded it; `id` is drawn for each upload.
ALTER TABLE onemap.photos ADD COLUMN claim bytea, ADD COLUMN account text;
CREATE TABLE onemap.photos_of_features (
  photo      text COLLATE "C" NOT NULL REFERENCES onemap.photos (id),
  collection text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  PRIMARY KEY (photo, collection, id)
);
INSERT INTO onemap.photos_of_features (photo, collection, id)
  SELECT photo, 'warnings', warning FROM onemap.photos_of_warnings;
DROP TABLE onemap.photos_of_warnings;

-- What was erased from every version in the log, and when; never the text. A restored backup is cleaned
-- by it again: of the versions written up to `at`.
CREATE TABLE onemap.erasures (
  collection text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  property   text NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (collection, id, property)
);

-- The keys by which clients repeat a step were kept in clear; they are kept as hashes from now on. The
-- log is corrected in place: no version is written for it.
UPDATE onemap.changes SET properties = (properties #- '{step,key}') #- '{ledger,keys}'
  WHERE collection = 'warnings'
    AND (properties -> 'step' ? 'key' OR properties -> 'ledger' ? 'keys');
ALTER TABLE onemap.features DISABLE TRIGGER USER;
UPDATE onemap.features SET properties = (properties #- '{step,key}') #- '{ledger,keys}'
  WHERE collection = 'warnings'
    AND (properties -> 'step' ? 'key' OR properties -> 'ledger' ? 'keys');
ALTER TABLE onemap.features ENABLE TRIGGER USER;
