-- The views of the schema `map`: what a GIS or psql edits. One a collection, made from its schema:
-- `id`, `geom`, and a column a property, typed as the schema says (text, bigint, double precision,
-- boolean; jsonb for lists and objects). Properties that the schema does not know are kept.
--
-- A property that cannot be a column under its own name (`id`, `geom`, `ctid`…) has a `_` behind it;
-- one without a name, or with a name of over 63 bytes, has no column. `geom` takes EPSG:4326, as
-- geometry_columns tells every GIS; a geometry without SRID counts as that, and any other is refused.
--
-- Give your staff what they need: GRANT USAGE ON SCHEMA map TO gis; GRANT SELECT, INSERT, UPDATE,
-- DELETE ON map.buildings TO gis. Grants survive when a view is made anew. They need none on `onemap`.

-- Values as the type of their column; NULL where they are of another, so that one wrong row (it
-- stands in quarantine) does not spoil the view.
CREATE FUNCTION onemap.to_bigint(v jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(v) = 'number' THEN
    CASE WHEN v::numeric BETWEEN -9223372036854775808 AND 9223372036854775807
              AND v::numeric = trunc(v::numeric) THEN v::numeric::bigint END END;
CREATE FUNCTION onemap.to_double(v jsonb) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(v) = 'number' THEN
    CASE WHEN v::numeric BETWEEN -1e308 AND 1e308
              AND (v::numeric = 0 OR abs(v::numeric) > 1e-300) THEN v::numeric::double precision END END;
CREATE FUNCTION onemap.to_boolean(v jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(v) = 'boolean' THEN v::boolean END;

-- Takes away the view of a collection, where it is one of ours.
CREATE FUNCTION onemap.drop_view(collection text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s'
AS $$
BEGIN
  IF obj_description(to_regclass(format('map.%I', collection)), 'pg_class') LIKE 'One Map %' THEN
    EXECUTE format('DROP VIEW map.%I', collection);
    EXECUTE format('DROP FUNCTION IF EXISTS onemap.%I()', 'edit_' || collection);
  END IF;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'the view map.% stays: %', collection, SQLERRM;
END $$;

-- Makes the view of a collection, or makes it anew where its schema has changed. What stands in the
-- way (a view of somebody's upon it, a long transaction that reads it) leaves the old one as it is.
CREATE FUNCTION onemap.make_view(collection text, schema jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s'
AS $$
DECLARE
  mark     text := 'One Map ' || md5('1' || schema::text);
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
  EXECUTE format('CREATE VIEW map.%I AS SELECT f.id, f.geometry AS geom%s FROM onemap.features f '
                 'WHERE f.collection = %L', collection, columns, collection);
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
    VALUES (%1$L, NEW.id, NEW.geom, p);
    RETURN NEW;
  END IF;
  SELECT f.properties INTO p FROM onemap.features f
  WHERE f.collection = %1$L AND f.id = OLD.id FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
%3$s  NEW.id := coalesce(NEW.id, OLD.id);
  UPDATE onemap.features f SET id = NEW.id, properties = p,
    geometry = CASE WHEN onemap.same_place(NEW.geom, OLD.geom) THEN f.geometry ELSE NEW.geom END
  WHERE f.collection = %1$L AND f.id = OLD.id;
  RETURN NEW;
END
$body$, collection, on_insert, on_update));
  EXECUTE format('CREATE TRIGGER edit INSTEAD OF INSERT OR UPDATE OR DELETE ON map.%I '
                 'FOR EACH ROW EXECUTE FUNCTION onemap.%I()', collection, 'edit_' || collection);
  EXECUTE format('COMMENT ON VIEW map.%I IS %L', collection, mark);
  FOREACH one IN ARRAY coalesce(grants, '{}') LOOP
    EXECUTE one;
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'the view map.% could not be made anew: %', collection, SQLERRM;
END $$;

-- Makes the view of one collection follow its schema as it stands now.
CREATE FUNCTION onemap.follow_schema(collection text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schema jsonb;
BEGIN
  SELECT f.properties INTO schema FROM onemap.features f
  WHERE f.collection = '$schemas' AND f.id = follow_schema.collection;
  IF NOT FOUND THEN
    PERFORM onemap.drop_view(collection);
  ELSIF NOT EXISTS (
    SELECT FROM onemap.quarantine q JOIN onemap.features f USING (batch, collection, id)
    WHERE f.collection = '$schemas' AND f.id = follow_schema.collection
  ) THEN
    PERFORM onemap.make_view(collection, schema);
  END IF;
END $$;

-- Makes all views follow.
CREATE FUNCTION onemap.follow_schemas() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT onemap.follow_schema(name) FROM (
    SELECT f.id AS name FROM onemap.features f WHERE f.collection = '$schemas'
    UNION
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'map' AND c.relkind = 'v' AND obj_description(c.oid, 'pg_class') LIKE 'One Map %'
    ORDER BY 1
  ) names
$$;
