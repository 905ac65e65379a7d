# Takes a plain dump in: what belongs to the former server stays behind and is named on standard error, a line each.
# Data and bodies of functions pass as they are.
inside { print; if ($0 == "\\.") inside = 0; next }
body == "" && /^COPY .* FROM stdin;$/ { inside = 1; print; next }
body == "" && skipping { if (/;[ \t]*$/) skipping = 0; next }
body == "" {
  left = ""
  if (/^\\(un)?restrict /) next
  if (/^\\connect /) left = "connection to another database"
  else if (/^\\/) { print "refused\t" NR ": a command of psql" > "/dev/stderr"; exit 1 }
  else if (/^DROP EXTENSION /) left = "comment on an extension"
  else if (/^CREATE EXTENSION /) left = "extension\t" extension()
  else if (/^COMMENT ON EXTENSION /) left = "comment on an extension"
  else if (/^(CREATE|ALTER|DROP) DATABASE /) left = "database"
  else if (/^(CREATE|ALTER) (ROLE|USER) /) left = "role"
  else if (/^(GRANT|REVOKE) / || /^ALTER DEFAULT PRIVILEGES /) left = "privilege"
  else if (/^SET SESSION AUTHORIZATION / || /^SET ROLE / || /^SET (transaction_timeout|default_tablespace) /) left = "setting of the former server"
  else if (/^ALTER .* OWNER TO .*;$/) left = "owner"
  else if (/^((CREATE|DROP|ALTER|COMMENT ON) SCHEMA (IF EXISTS )?public)[ ;]/) left = "schema public"
  else if (/^(CREATE|ALTER) (EVENT TRIGGER|PUBLICATION|SUBSCRIPTION) /) left = "event trigger or replication"
  if (left != "") {
    print left > "/dev/stderr"
    # A statement may go on over several lines; a command of psql does not.
    if (!/^\\/ && !/;[ \t]*$/) skipping = 1
    next
  }
}
{ track($0); print }

function extension(    name) {
  name = $0
  sub(/^CREATE EXTENSION (IF NOT EXISTS )?/, "", name)
  sub(/[ ;].*$/, "", name)
  gsub(/"/, "", name)
  return name
}

# Dollar quotes ($$, $body$) open and close; what stands between them is a body. Quotes of a line outside are looked past.
function track(line,    tag, at, before) {
  while (line != "") {
    if (body != "") {
      at = index(line, body)
      if (at == 0) return
      line = substr(line, at + length(body))
      body = ""
    }
    if (!match(line, /\$([A-Za-z_][A-Za-z_0-9]*)?\$/)) return
    tag = substr(line, RSTART, RLENGTH)
    # One in a comment or a string constant opens nothing.
    before = substr(line, 1, RSTART - 1)
    if (before ~ /--/ || quotes(before) % 2 == 1) return
    body = tag
    line = substr(line, RSTART + RLENGTH)
  }
}
function quotes(text) { return gsub(/'/, "", text) }
