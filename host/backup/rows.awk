# Counts the rows of each table in a dump's data, as pg_restore writes it: "COPY schema.table (…) FROM stdin;" … "\."
inside && $0 == "\\." { if (count > 0) print table "\t" count; inside = 0; next }
inside { count++; next }
/^COPY .* FROM stdin;$/ {
  table = $0
  sub(/^COPY /, "", table)
  # The name ends where its columns begin; a table without columns has none.
  if (!sub(/ \(.*\) FROM stdin;$/, "", table)) sub(/ FROM stdin;$/, "", table)
  inside = 1
  count = 0
}
