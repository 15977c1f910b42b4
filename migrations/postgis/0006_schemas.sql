-- The versions of schemas, and views of collections whose features have no geometry.

-- The commits that wrote the schemas of some collections; NULL where there is none. `this` is the batch
-- of the transaction: it gets its number first, so from here to the end of the transaction nobody else
-- commits, and what is found holds at the moment of the commit.
CREATE FUNCTION onemap.schema_versions(this bigint, names text[])
RETURNS TABLE (name text, seq bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF this IS NOT NULL THEN
    SET CONSTRAINTS ALL IMMEDIATE;
  END IF;
  RETURN QUERY
  SELECT w.name, (
    SELECT CASE WHEN h.properties IS NOT NULL THEN c.seq END
    FROM onemap.changes h JOIN onemap.commits c ON c.batch = h.batch
    WHERE h.collection = '$schemas' AND h.id = w.name AND h.batch IS DISTINCT FROM this
      AND NOT EXISTS (SELECT FROM onemap.quarantine q WHERE q.batch = h.batch
                      AND q.collection = h.collection AND q.id = h.id)
    ORDER BY c.seq DESC LIMIT 1
  ) FROM unnest(names) AS w (name);
END $$;

-- As in 0002, but: where the schema comes from (`x-onemap-origin`) changes nothing of a view, and a
-- collection whose schema says `"x-onemap-geometry": ["none"]` has no column `geom`.
CREATE OR REPLACE FUNCTION onemap.make_view(collection text, schema jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s'
AS $$
DECLARE
  -- Where the schema comes from changes nothing of the view.
  mark     text := 'One Map ' || md5('1' || (schema - 'x-onemap-origin')::text);
  standing regclass := to_regclass(format('map.%I', collection));
  its_mark text := obj_description(standing, 'pg_class');
  -- Names that mean something else in a view.
  used     text[] := '{id,geom,ctid,xmin,xmax,cmin,cmax,tableoid}';
  columns  text := '';
  on_insert text := '';
  on_update text := '';
  property record;
  col      text;
  kind     text;
  value    text;
  grants   text[];
  one      text;
  -- Features without geometry have no column of it.
  has_geom boolean := schema -> 'x-onemap-geometry' IS DISTINCT FROM '["none"]';
BEGIN
  IF collection LIKE '$%' OR its_mark = mark THEN
    RETURN;
  END IF;
  IF standing IS NOT NULL AND coalesce(its_mark, '') NOT LIKE 'One Map %' THEN
    RAISE WARNING 'map.% is not of One Map: it stays, and the collection has no view', collection;
    RETURN;
  END IF;

  FOR property IN
    SELECT e.key, e.value
    FROM jsonb_each(CASE jsonb_typeof(schema -> 'properties') WHEN 'object'
                    THEN schema -> 'properties' ELSE '{}' END) e
    ORDER BY e.key COLLATE "C"
  LOOP
    col := property.key;
    WHILE col = ANY (used) OR (col <> property.key AND schema -> 'properties' ? col) LOOP
      col := col || '_';
    END LOOP;
    CONTINUE WHEN col = '' OR octet_length(col) > 63;
    used := used || col;
    kind := CASE jsonb_typeof(property.value -> 'type')
      WHEN 'string' THEN property.value ->> 'type'
      WHEN 'array' THEN (SELECT t FROM jsonb_array_elements_text(property.value -> 'type') t
                         WHERE t <> 'null' LIMIT 1)
    END;
    value := CASE coalesce(kind, 'string')
      WHEN 'integer' THEN format('onemap.to_bigint(f.properties -> %L)', property.key)
      WHEN 'number' THEN format('onemap.to_double(f.properties -> %L)', property.key)
      WHEN 'boolean' THEN format('onemap.to_boolean(f.properties -> %L)', property.key)
      WHEN 'array' THEN format('(f.properties -> %L)', property.key)
      WHEN 'object' THEN format('(f.properties -> %L)', property.key)
      ELSE format('(f.properties ->> %L)', property.key)
    END;
    columns := columns || format(', %s AS %I', value, col);
    on_insert := on_insert || format(
      E'    IF NEW.%1$I IS NOT NULL THEN p := p || jsonb_build_object(%2$L, NEW.%1$I); END IF;\n',
      col, property.key);
    -- Only what was changed: what a column cannot show stays as it is.
    on_update := on_update || format(
      E'  IF NEW.%1$I IS DISTINCT FROM OLD.%1$I THEN\n'
      || E'    p := p - %2$L::text;\n'
      || E'    IF NEW.%1$I IS NOT NULL THEN p := p || jsonb_build_object(%2$L, NEW.%1$I); END IF;\n'
      || E'  END IF;\n',
      col, property.key);
  END LOOP;

  IF standing IS NOT NULL THEN
    SELECT array_agg(format('GRANT %s ON map.%I TO %s%s', a.privilege_type, collection,
                            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END))
    INTO grants
    FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.oid = standing AND a.grantee <> c.relowner;
    EXECUTE format('DROP VIEW map.%I', collection);
  END IF;
  EXECUTE format('CREATE VIEW map.%I AS SELECT f.id%s%s FROM onemap.features f '
                 'WHERE f.collection = %L', collection,
                 CASE WHEN has_geom THEN ', f.geometry AS geom' ELSE '' END, columns, collection);
  EXECUTE format('CREATE OR REPLACE FUNCTION onemap.%I() RETURNS trigger LANGUAGE plpgsql '
                 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L',
    'edit_' || collection, format($body$
DECLARE
  p jsonb;
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM onemap.features f WHERE f.collection = %1$L AND f.id = OLD.id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    NEW.id := coalesce(NEW.id, gen_random_uuid()::text);
    p := '{}';
%2$s    INSERT INTO onemap.features (collection, id, geometry, properties)
    VALUES (%1$L, NEW.id, %4$s, p);
    RETURN NEW;
  END IF;
  SELECT f.properties INTO p FROM onemap.features f
  WHERE f.collection = %1$L AND f.id = OLD.id FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
%3$s  NEW.id := coalesce(NEW.id, OLD.id);
  UPDATE onemap.features f SET id = NEW.id, properties = p%5$s
  WHERE f.collection = %1$L AND f.id = OLD.id;
  RETURN NEW;
END
$body$, collection, on_insert, on_update,
    CASE WHEN has_geom THEN 'NEW.geom' ELSE 'NULL' END,
    CASE WHEN has_geom THEN E',\n    geometry = CASE WHEN onemap.same_place(NEW.geom, OLD.geom) '
      'THEN f.geometry ELSE NEW.geom END' ELSE '' END));
  EXECUTE format('CREATE TRIGGER edit INSTEAD OF INSERT OR UPDATE OR DELETE ON map.%I '
                 'FOR EACH ROW EXECUTE FUNCTION onemap.%I()', collection, 'edit_' || collection);
  EXECUTE format('COMMENT ON VIEW map.%I IS %L', collection, mark);
  FOREACH one IN ARRAY coalesce(grants, '{}') LOOP
    EXECUTE one;
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'the view map.% could not be made anew: %', collection, SQLERRM;
END $$;
