-- The versions of features by name, for the past of every collection. The first version of a feature is
-- not indexed: its successor names it, or `features` does. So an import of a million new buildings pays
-- for nothing.
CREATE INDEX changes_of_past ON onemap.changes (collection, id, batch) WHERE previous IS NOT NULL;
