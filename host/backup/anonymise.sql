-- Makes the restored database anonymous by its rules, and keeps samples of what must not be found in it afterwards.
--
--   psql --set rules=FILE --set samples=FILE --set names=FILE --set renamed=FILE --file anonymise.sql
--
-- NAMES has the uploaded files, RENAMED gets them with the names by which they leave.
-- RULES has a line for each column: schema, table, column, rule, with tabs between; the rule `truncate` empties the table,
-- whatever its other lines say. No message shows a value.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE socle_anonymise.rule (schema text, "table" text, "column" text, rule text);
COPY socle_anonymise.rule FROM :'rules';

CREATE TABLE socle_anonymise.applied AS
SELECT c.*, c.named || '.' || c."column" AS label, coalesce(max(r.rule) FILTER (WHERE r.rule = 'truncate'), max(r.rule) FILTER (WHERE r."column" = c."column")) AS rule
FROM socle_anonymise.column c
LEFT JOIN socle_anonymise.rule r ON r.schema = c.schema AND r."table" = c."table"
GROUP BY c.schema, c."table", c."column", c.named, c.place, c.type, c.kind, c.most, c.nullable, c."primary", c.refers;

DO $$
DECLARE missing text;
BEGIN
  SELECT string_agg(label, ', ' ORDER BY label) INTO missing FROM socle_anonymise.applied
  WHERE rule IS NULL OR (rule NOT IN ('keep', 'truncate') AND socle_anonymise.expression(rule, kind, type, most, "column") IS NULL);
  IF missing IS NOT NULL THEN RAISE EXCEPTION 'there is no rule for %', missing; END IF;
END $$;

-- Samples: up to 500 values a column, at random, long enough to be no coincidence; of a long text its beginning. Of a table
-- that is emptied those that look like a person's, since it holds all kinds of things.
CREATE TABLE socle_anonymise.sample (label text, value text);
SELECT format(
  'INSERT INTO socle_anonymise.sample SELECT %L, value FROM (
     SELECT CASE WHEN length(given) > 120 THEN substring(given FROM ''^.{20,120}\M'') ELSE given END AS value
     FROM (SELECT given FROM (%s) raw WHERE length(given) >= 6 ORDER BY random() LIMIT %s) chosen
   ) cut
   WHERE value ~ ''[[:alnum:]]'' AND value !~ ''^[0-9.-]{1,9}$'' %s LIMIT 500',
  label,
  CASE kind
    WHEN 'json' THEN format('SELECT btrim(leaf #>> ''{}'') AS given FROM %I.%I, jsonb_path_query(%I::jsonb, ''lax $.** ? (@.type() == "string")'') leaf', schema, "table", "column")
    WHEN 'inet' THEN format('SELECT host(%I) AS given FROM %I.%I', "column", schema, "table")
    ELSE format('SELECT btrim(%I::text) AS given FROM %I.%I', "column", schema, "table")
  END,
  CASE rule WHEN 'truncate' THEN 20000 ELSE 500 END,
  CASE rule WHEN 'truncate' THEN 'AND socle_anonymise.pattern(value) IS NOT NULL' ELSE '' END)
FROM socle_anonymise.applied
WHERE rule <> 'keep' AND kind NOT IN ('date', 'bytea', 'other') \gexec
COPY (SELECT DISTINCT label, value FROM socle_anonymise.sample) TO :'samples';

-- A file is called what the column is masked to that names it.
CREATE TABLE socle_anonymise.file (name text);
COPY socle_anonymise.file FROM :'names';
CREATE TABLE socle_anonymise.renamed (name text, becomes text);
SELECT format('INSERT INTO socle_anonymise.renamed SELECT DISTINCT %I::text, %s::text FROM %I.%I',
  "column", socle_anonymise.expression(rule, kind, type, most, "column"), schema, "table")
FROM socle_anonymise.applied
WHERE rule = 'path' \gexec
COPY (SELECT f.name, coalesce(min(r.becomes), f.name) FROM socle_anonymise.file f LEFT JOIN socle_anonymise.renamed r USING (name) GROUP BY f.name) TO :'renamed';

SELECT format('UPDATE %I.%I SET %s', schema, "table",
  string_agg(format('%I = %s', "column", socle_anonymise.expression(rule, kind, type, most, "column")), ', '))
FROM socle_anonymise.applied
WHERE rule NOT IN ('keep', 'truncate')
GROUP BY schema, "table" \gexec

SELECT DISTINCT format('DELETE FROM %I.%I', schema, "table") FROM socle_anonymise.applied WHERE rule = 'truncate' \gexec

-- A password of another database may stand in these.
SELECT format('DROP USER MAPPING FOR %s SERVER %I', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(umuser)) END, srvname)
FROM pg_user_mappings \gexec

-- What the masks left that looks like a person's: column, kind and number of rows.
CREATE TABLE socle_anonymise.finding (label text, kind text, rows bigint);
SELECT format('INSERT INTO socle_anonymise.finding SELECT %L, socle_anonymise.pattern(%I::text), count(*) FROM %I.%I WHERE socle_anonymise.pattern(%I::text) IS NOT NULL GROUP BY 2',
  label, "column", schema, "table", "column")
FROM socle_anonymise.applied
WHERE rule NOT IN ('keep', 'truncate') AND kind IN ('text', 'json', 'array', 'other') \gexec
