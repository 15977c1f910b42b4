-- What names that look the same have in common; the program fills it where it is missing. Older names may
-- share one, so it is not unique.
ALTER TABLE onemap.accounts ADD COLUMN folded text COLLATE "C";
CREATE INDEX accounts_by_folded ON onemap.accounts (folded);
