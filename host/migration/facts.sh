#!/bin/sh
# shellcheck disable=SC2154 # variables and functions are those of migration/application.sh
# What a plan says, as facts that a script can act on. A plan is text that an image printed: it is refused unless each name
# in it is one, so that none is ever read as anything else, and unless it says all that an approval is held against.

# facts DIRECTION <PLAN
#   DIRECTION   forwards, or back: a way back ends at the heads that were named, and nobody approves what results
# Prints a fact a line, as plan_into says; `refused WHY` for what is not as docs/migrations.md has it; and at the end `whole`.
# A plan that has no SQL in it is what PostgreSQL makes lines of: no host needs more than Docker.
facts() {
  # As in config/migration-name.ts.
  app='^[A-Za-z0-9_]{1,255}$' name='^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$'
  shown="coalesce(to_json(left(regexp_replace(word, '[^ -~]', '?', 'g'), 60))::text, 'nothing')"
  approvable="SELECT 'refused after does not name ' || app || '.' || name || ', the last one pending'
      FROM (SELECT DISTINCT ON (app) app, name FROM pending ORDER BY app, place DESC) last
      WHERE NOT EXISTS (SELECT FROM resulting r WHERE (r.app, r.head) = (last.app, last.name))
    UNION ALL SELECT 'refused after names ' || app || '.' || head || ', which is not pending' FROM resulting r
      WHERE app IN (SELECT app FROM pending)
        AND NOT EXISTS (SELECT FROM pending p WHERE (p.app, p.name) = (r.app, r.head))
        AND NOT EXISTS (SELECT FROM applied a WHERE (a.app, a.head) = (r.app, r.head))"
  [ "$1" = forwards ] || approvable='SELECT WHERE false'
  # Control characters never stand in JSON as such: the line is one field of the copy. The planner takes a list in JSON for
  # long, and would compile each query for more than a second.
  sql -c 'SET jit = off' -c 'CREATE TEMPORARY TABLE plan (document jsonb NOT NULL)' \
    -c "\\copy plan FROM pstdin (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')" \
    -c "CREATE TEMPORARY VIEW applied AS SELECT app.key AS app, head
        FROM plan, jsonb_each(document->'heads') app, jsonb_array_elements_text(app.value) head" \
    -c "CREATE TEMPORARY VIEW resulting AS SELECT app.key AS app, head
        FROM plan, jsonb_each(document->'after') app, jsonb_array_elements_text(app.value) head" \
    -c "CREATE TEMPORARY VIEW pending AS SELECT m, m->>'app' AS app, m->>'name' AS name, place
        FROM plan, jsonb_array_elements(document->'pending') WITH ORDINALITY AS listed (m, place)" \
    -c "SELECT 'refused ' || part || ' is missing' FROM unnest('{heads,after,pending}'::text[]) part
        WHERE NOT EXISTS (SELECT FROM plan WHERE document ? part)" \
    -c "SELECT 'refused pending.' || place - 1 || '.' || part || ' is neither true nor false' FROM pending, unnest('{atomic,reversible}'::text[]) part
        WHERE jsonb_typeof(m->part) IS DISTINCT FROM 'boolean'" \
    -c "SELECT 'refused ' || place || ' names the application ' || $shown || '; letters, digits and _ make a name' FROM (
          SELECT 'heads', app FROM applied UNION SELECT 'after', app FROM resulting UNION SELECT 'pending', app FROM pending
        ) named (place, word) WHERE (word ~ '$app') IS NOT true" \
    -c "SELECT 'refused ' || place || ' names the migration ' || $shown || '; letters, digits, _, - and . make a name' FROM (
          SELECT 'heads', head FROM applied UNION SELECT 'after', head FROM resulting UNION SELECT 'pending', name FROM pending
        ) named (place, word) WHERE (word ~ '$name') IS NOT true" \
    -c "$approvable" \
    -c "SELECT 'before ' || app || '.' || head FROM applied ORDER BY 1" \
    -c "SELECT 'after ' || app || '.' || head FROM resulting WHERE app IN (SELECT app FROM pending) ORDER BY 1" \
    -c "SELECT 'pending ' || app || '.' || name || CASE WHEN (m->'atomic')::boolean THEN ' atomic' ELSE ' split' END
          || CASE WHEN (m->'reversible')::boolean THEN ' reversible' ELSE ' final' END FROM pending ORDER BY place" \
    -c "SELECT 'whole' FROM plan HAVING count(*) = 1"
}
