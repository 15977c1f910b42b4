-- What names that look the same have in common; the program fills it where it is missing. Older names may
-- share one, so it is not unique.
ALTER TABLE accounts ADD COLUMN folded TEXT;
CREATE INDEX accounts_by_folded ON accounts (folded);
