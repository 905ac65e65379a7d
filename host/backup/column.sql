-- Every column that a dump carries rows of, as rules name it. Computed columns follow from the others; partitions are their
-- table's; what an extension brings is made by the extension, but for tables whose rows it has dumped.
--
-- Triggers of the site, of events too, would copy what changes; keys are compared when the dump is restored elsewhere.
SET session_replication_role = replica;
CREATE SCHEMA socle_anonymise;
CREATE VIEW socle_anonymise.column AS
SELECT n.nspname AS schema, c.relname AS "table", a.attname AS "column",
  CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS named,
  a.attnum AS place,
  format_type(a.atttypid, a.atttypmod) AS type,
  -- What masks tell apart.
  CASE
    WHEN t.typcategory = 'S' THEN 'text'
    WHEN t.typcategory = 'N' AND base.typname IN ('int2', 'int4', 'int8', 'numeric') THEN 'number'
    WHEN base.typname IN ('date', 'timestamp', 'timestamptz') THEN 'date'
    WHEN base.typname IN ('json', 'jsonb') THEN 'json'
    WHEN base.typname IN ('inet', 'uuid', 'bytea') THEN base.typname::text
    WHEN t.typcategory = 'A' THEN 'array'
    ELSE 'other'
  END AS kind,
  -- Characters that fit.
  CASE WHEN base.typname IN ('varchar', 'bpchar') AND greatest(a.atttypmod, t.typtypmod) > 4 THEN greatest(a.atttypmod, t.typtypmod) - 4 END AS most,
  NOT (a.attnotnull OR t.typnotnull) AS nullable,
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS primary,
  (SELECT CASE WHEN fn.nspname = 'public' THEN '' ELSE fn.nspname || '.' END || f.relname
   FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
   WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey) ORDER BY k.oid LIMIT 1) AS refers
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type base ON base.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'socle_anonymise')
  AND n.nspname NOT LIKE 'pg\_t%'
  AND (NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    OR EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)));
