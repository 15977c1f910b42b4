-- Accounts: who may sign in, with what rights. Tokens, passwords and sessions belong to an account. Its
-- name stays as it is: the history and the ledger name who acted by it.

CREATE TABLE onemap.accounts (
  id          text PRIMARY KEY,
  name        text COLLATE "C" NOT NULL UNIQUE,
  -- Argon2id as a PHC string; NULL: the account signs in with tokens alone.
  password    text,
  -- With commas between: officer,steward.
  roles       text NOT NULL,
  unit        text,
  -- None: the account is bound to no community.
  communities text[] NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL,
  -- The id of the account that made it, and of the invite that it came by.
  created_by  text,
  invite      text,
  expires_at  timestamptz,
  disabled_at timestamptz
);

-- Each token of an older database becomes a token of the account of its name. Tokens of one name and
-- different rights belong to different accounts: the oldest keeps the plain name, so nobody gains a right.
CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
SELECT replace(gen_random_uuid()::text, '-', '') AS id, name, role, unit, communities,
       min(created_at) AS created_at
FROM onemap.tokens GROUP BY name, role, unit, communities;

INSERT INTO onemap.accounts (id, name, roles, unit, communities, created_at)
SELECT id,
       CASE WHEN place = 1 THEN name
            ELSE name || ' (' || role || ' ' || left(id, 8) || ')' END,
       role, unit, communities, created_at
FROM (SELECT *, row_number() OVER (PARTITION BY name ORDER BY created_at, id) AS place
      FROM pg_temp.moved) m;

ALTER TABLE onemap.tokens ADD COLUMN account text REFERENCES onemap.accounts (id);
UPDATE onemap.tokens t SET account = m.id FROM pg_temp.moved m
WHERE m.name = t.name AND m.role = t.role AND m.unit IS NOT DISTINCT FROM t.unit
  AND m.communities = t.communities;
CREATE INDEX tokens_by_account ON onemap.tokens (account);
-- What a token may do is what its account may do; `name` stays as a label of the token.
ALTER TABLE onemap.tokens ALTER COLUMN account SET NOT NULL,
  DROP COLUMN role, DROP COLUMN unit, DROP COLUMN communities;

-- A session belongs to an account; `token` names the token that it began with, if it was one.
ALTER TABLE onemap.sessions ADD COLUMN account text REFERENCES onemap.accounts (id);
UPDATE onemap.sessions s SET account = t.account FROM onemap.tokens t WHERE t.id = s.token;
ALTER TABLE onemap.sessions ALTER COLUMN account SET NOT NULL, ALTER COLUMN token DROP NOT NULL;
CREATE INDEX sessions_by_account ON onemap.sessions (account, created_at);

-- An invite makes accounts: so many, until it ends. Its secret is kept as a hash.
CREATE TABLE onemap.invites (
  id          text PRIMARY KEY,
  hash        bytea NOT NULL UNIQUE,
  roles       text NOT NULL,
  unit        text,
  communities text[] NOT NULL DEFAULT '{}',
  note        text,
  uses        integer NOT NULL,
  used        integer NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL,
  -- The id of the account that made it; NULL: the command line.
  created_by  text REFERENCES onemap.accounts (id),
  expires_at  timestamptz NOT NULL,
  revoked_at  timestamptz
);
