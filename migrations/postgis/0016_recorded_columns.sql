-- As in 0006, but: a property of which each look is recorded (`x-onemap-recorded`: door codes) is written
-- through its column and never read from it, because nobody records what SQL reads. The column is always
-- null. What is written there is kept; an empty text takes it away. Rights to single columns survive when a
-- view is made anew, as those to the whole view do.
CREATE OR REPLACE FUNCTION onemap.make_view(collection text, schema jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s'
AS $$
DECLARE
  -- Where the schema comes from changes nothing of the view.
  mark     text := 'One Map ' || md5('2' || (schema - 'x-onemap-origin')::text);
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
  -- Each look at it is recorded, and nobody records what SQL reads.
  recorded boolean;
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
    recorded := property.value -> 'x-onemap-recorded' IS NOT DISTINCT FROM 'true';
    columns := columns || format(CASE WHEN recorded THEN ', CASE WHEN false THEN %s END AS %I'
                                      ELSE ', %s AS %I' END, value, col);
    on_insert := on_insert || format(
      CASE WHEN recorded
        THEN E'    IF NEW.%1$I::text <> \'\' THEN p := p || jsonb_build_object(%2$L, NEW.%1$I); END IF;\n'
        ELSE E'    IF NEW.%1$I IS NOT NULL THEN p := p || jsonb_build_object(%2$L, NEW.%1$I); END IF;\n'
      END, col, property.key);
    -- Only what was changed: what a column cannot show stays as it is.
    on_update := on_update || format(
      E'  IF NEW.%1$I IS DISTINCT FROM OLD.%1$I THEN\n'
      || E'    p := p - %2$L::text;\n'
      || CASE WHEN recorded
        THEN E'    IF NEW.%1$I::text <> \'\' THEN p := p || jsonb_build_object(%2$L, NEW.%1$I); END IF;\n'
        ELSE E'    IF NEW.%1$I IS NOT NULL THEN p := p || jsonb_build_object(%2$L, NEW.%1$I); END IF;\n'
      END || E'  END IF;\n',
      col, property.key);
  END LOOP;

  IF standing IS NOT NULL THEN
    SELECT array_agg(format('GRANT %s%s ON map.%I TO %s%s', a.privilege_type,
                            ' (' || quote_ident(a.of_column) || ')', collection,
                            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END))
    INTO grants
    FROM (
      SELECT NULL AS of_column, w.* FROM pg_class c, aclexplode(c.relacl) w WHERE c.oid = standing
      UNION ALL
      -- Those of one column, where the view still has it.
      SELECT t.attname, w.* FROM pg_attribute t, aclexplode(t.attacl) w
      WHERE t.attrelid = standing AND NOT t.attisdropped
        AND t.attname = ANY (used) AND (has_geom OR t.attname <> 'geom')
    ) a
    WHERE a.grantee <> (SELECT c.relowner FROM pg_class c WHERE c.oid = standing);
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
