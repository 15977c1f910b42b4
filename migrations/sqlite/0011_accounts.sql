-- Accounts: who may sign in, with what rights. Tokens, passwords and sessions belong to an account. Its
-- name stays as it is: the history and the ledger name who acted by it.

CREATE TABLE accounts (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  -- Argon2id as a PHC string; NULL: the account signs in with tokens alone.
  password    TEXT,
  -- With commas between: officer,steward.
  roles       TEXT NOT NULL,
  unit        TEXT,
  -- A JSON list; empty: the account is bound to no community.
  communities TEXT NOT NULL DEFAULT '[]',
  created_at  INTEGER NOT NULL,
  -- The id of the account that made it, and of the invite that it came by.
  created_by  TEXT,
  invite      TEXT,
  expires_at  INTEGER,
  disabled_at INTEGER
);

-- Each token of an older database becomes a token of the account of its name. Tokens of one name and
-- different rights belong to different accounts: the oldest keeps the plain name, so nobody gains a right.
CREATE TABLE moved AS
SELECT lower(hex(randomblob(16))) AS id, name, role, unit, communities, min(created_at) AS created_at
FROM tokens GROUP BY name, role, unit, communities;

INSERT INTO accounts (id, name, roles, unit, communities, created_at)
SELECT id,
       CASE WHEN place = 1 THEN name
            ELSE name || ' (' || role || ' ' || substr(id, 1, 8) || ')' END,
       role, unit, communities, created_at
FROM (SELECT *, row_number() OVER (PARTITION BY name ORDER BY created_at, id) AS place FROM moved);

ALTER TABLE tokens ADD COLUMN account TEXT REFERENCES accounts (id);
UPDATE tokens SET account = (
  SELECT m.id FROM moved m
  WHERE m.name = tokens.name AND m.role = tokens.role AND m.unit IS tokens.unit
    AND m.communities = tokens.communities);
CREATE INDEX tokens_by_account ON tokens (account);
DROP TABLE moved;
-- What a token may do is what its account may do; `name` stays as a label of the token.
ALTER TABLE tokens DROP COLUMN role;
ALTER TABLE tokens DROP COLUMN unit;
ALTER TABLE tokens DROP COLUMN communities;

-- A session belongs to an account; `token` names the token that it began with, if it was one.
CREATE TABLE new_sessions (
  hash       BLOB PRIMARY KEY,
  account    TEXT NOT NULL REFERENCES accounts (id),
  token      TEXT REFERENCES tokens (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO new_sessions
SELECT s.hash, t.account, s.token, s.created_at, s.expires_at
FROM sessions s JOIN tokens t ON t.id = s.token;
DROP TABLE sessions;
ALTER TABLE new_sessions RENAME TO sessions;
CREATE INDEX sessions_by_token ON sessions (token);
CREATE INDEX sessions_by_account ON sessions (account, created_at);

-- An invite makes accounts: so many, until it ends. Its secret is kept as a hash.
CREATE TABLE invites (
  id          TEXT PRIMARY KEY,
  hash        BLOB NOT NULL UNIQUE,
  roles       TEXT NOT NULL,
  unit        TEXT,
  communities TEXT NOT NULL DEFAULT '[]',
  note        TEXT,
  uses        INTEGER NOT NULL,
  used        INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  -- The id of the account that made it; NULL: the command line.
  created_by  TEXT REFERENCES accounts (id),
  expires_at  INTEGER NOT NULL,
  revoked_at  INTEGER
);
