-- Accounts of member units were grid workers. They read their own cases as grid workers do, and elsewhere
-- what is public.
UPDATE onemap.tokens SET role = 'unit'
WHERE unit IS NOT NULL AND role IN ('public', 'rider', 'grid_worker');

-- The role becomes known to the trigger that numbers commits. Its body is kept as other migrations left it.
DO $patch$
BEGIN
  EXECUTE replace(replace(pg_get_functiondef('onemap.seal()'::regprocedure),
    $$'rider', 'grid_worker'$$, $$'rider', 'unit', 'grid_worker'$$),
    $$roles are public, rider, grid_worker$$, $$roles are public, rider, unit, grid_worker$$);
END $patch$;
