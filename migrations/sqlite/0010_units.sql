-- Accounts of member units were grid workers. They read their own cases as grid workers do, and elsewhere
-- what is public.
UPDATE tokens SET role = 'unit'
WHERE unit IS NOT NULL AND role IN ('public', 'rider', 'grid_worker');
