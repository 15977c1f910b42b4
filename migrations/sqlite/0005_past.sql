-- The versions of features by name, for the past of every collection.
--
-- Of a feature either all versions stand here, or none: then it has only the one that `features` names,
-- or those of a batch that is not folded yet. So an import of a million new buildings writes nothing here.
-- Warnings and grids have indexes of their own (0002).
CREATE TABLE past (
  collection TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  batch      INTEGER NOT NULL,
  PRIMARY KEY (collection, id, batch)
) WITHOUT ROWID;

INSERT INTO past (collection, id, batch)
  SELECT collection, id, batch FROM (
    SELECT h.collection, h.id, h.batch,
           count(*) OVER (PARTITION BY h.collection, h.id) AS versions
    FROM changes h JOIN commits c ON c.batch = h.batch
    WHERE c.folded = 1 AND h.collection NOT IN ('warnings', 'grids'))
  WHERE versions > 1;
