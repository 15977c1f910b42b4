-- Who did what. Rows are added and never changed: the triggers see to it. `batch` is the commit's.
CREATE TABLE onemap.audit (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind       text NOT NULL,
  account_id text,
  account    text,
  method     text,
  path       text,
  collection text,
  feature    text,
  batch      bigint,
  address    text,
  detail     text
);
CREATE INDEX audit_by_time ON onemap.audit (at);
CREATE INDEX audit_by_account ON onemap.audit (account_id, id);

-- With `onemap.erasing` set to `on` in a transaction, rows of the audit may be changed or removed: for
-- the erasure of personal data and for what is older than the retention.
CREATE FUNCTION onemap.audit_is_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP <> 'TRUNCATE' AND current_setting('onemap.erasing', true) IS NOT DISTINCT FROM 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the audit is append-only: % is refused', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON onemap.audit
  FOR EACH STATEMENT EXECUTE FUNCTION onemap.audit_is_append_only();

-- What plain SQL writes is audited under the name that it gives, or the database's user.
CREATE FUNCTION onemap.audit_sql() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO onemap.audit (kind, account, method, batch, detail)
  VALUES ('write', NEW.account, 'SQL', NEW.batch, NEW.size || ' features');
  RETURN NULL;
END $$;
CREATE TRIGGER audit_sql AFTER INSERT ON onemap.commits
  FOR EACH ROW WHEN (NOT NEW.checked) EXECUTE FUNCTION onemap.audit_sql();
