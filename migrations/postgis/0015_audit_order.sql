-- A row of the audit gets its number at COMMIT, under a lock that lasts until it is visible to everybody: who
-- has read up to a number never meets a lower one that comes later. Commits take the lock of their own numbers
-- before this one.
CREATE FUNCTION onemap.number_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1869439344, 4);
  PERFORM set_config('onemap.numbering', 'on', true);
  UPDATE onemap.audit SET id = DEFAULT WHERE id = NEW.id;
  PERFORM set_config('onemap.numbering', '', true);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER number AFTER INSERT ON onemap.audit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION onemap.number_audit();

-- As in 0007, but the numbering may set numbers.
CREATE OR REPLACE FUNCTION onemap.audit_is_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP <> 'TRUNCATE' AND current_setting('onemap.erasing', true) IS NOT DISTINCT FROM 'on' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND current_setting('onemap.numbering', true) IS NOT DISTINCT FROM 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the audit is append-only: % is refused', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
