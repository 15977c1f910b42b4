-- Photos belong to features of any collection. An upload is linked by the claim that its uploader got
-- (kept as SHA-256), or by the account that uploaded it; `id` is drawn for each upload.
ALTER TABLE photos ADD COLUMN claim BLOB;
ALTER TABLE photos ADD COLUMN account TEXT;
CREATE TABLE photos_of_features (
  photo      TEXT NOT NULL REFERENCES photos (id),
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  PRIMARY KEY (photo, collection, id)
) WITHOUT ROWID;
INSERT INTO photos_of_features (photo, collection, id)
  SELECT photo, 'warnings', warning FROM photos_of_warnings;
DROP TABLE photos_of_warnings;

-- What was erased from every version in the log, and when; never the text. A restored backup is cleaned
-- by it again: of the versions written up to `at`.
CREATE TABLE erasures (
  collection TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  property   TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (collection, id, property)
) WITHOUT ROWID;

-- The keys by which clients repeat a step were kept in clear; they are kept as hashes from now on.
UPDATE changes SET properties = json_remove(properties, '$.step.key', '$.ledger.keys')
  WHERE collection = 'warnings' AND (json_extract(properties, '$.step.key') IS NOT NULL
    OR json_extract(properties, '$.ledger.keys') IS NOT NULL);
UPDATE features SET properties = json_remove(properties, '$.step.key', '$.ledger.keys')
  WHERE collection = 'warnings' AND (json_extract(properties, '$.step.key') IS NOT NULL
    OR json_extract(properties, '$.ledger.keys') IS NOT NULL);
