-- A token that can read and nothing else: what hangs in a kiosk's address is seen by many.
ALTER TABLE onemap.tokens ADD COLUMN read_only boolean NOT NULL DEFAULT false;
