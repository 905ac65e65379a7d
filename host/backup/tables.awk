# Writes tables and their rows as the members of a JSON object: input is a table and its rows a line, with a tab between.
function quoted(text) { gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text); return "\"" text "\"" }
{ printf "%s%s:%d", (NR > 1 ? "," : ""), quoted($1), $2 }
END { print "" }
