# Puts the number of its table before each line of a dump's text, 0 where it is none's; the tables go to the file `heads`, one
# a line: number, name, columns, with tabs between.
BEGIN { separator = sprintf("%c", 1); printf "" >heads }
!place && /^COPY .* FROM stdin;$/ {
  place = ++count
  name = $0
  sub(/^COPY /, "", name)
  sub(/ FROM stdin;$/, "", name)
  columns = ""
  if (match(name, / \(.*\)$/)) {
    columns = substr(name, RSTART + 2, RLENGTH - 3)
    name = substr(name, 1, RSTART - 1)
  }
  sub(/^public\./, "", name)
  gsub(/, /, ",", columns)
  gsub(/"/, "", columns)
  print count "\t" name "\t" columns >heads
  next
}
place && $0 == "\\." { place = 0; next }
{ print place + 0 separator $0 }
