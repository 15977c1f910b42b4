-- A token that can read and nothing else: what hangs in a kiosk's address is seen by many.
ALTER TABLE tokens ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;
