# Says where lines that were found hold which values. Pass 1: what it is, tab, value; pass 2: the lines, as lines.awk
# numbers them. `words`: values count as whole words alone.
function word(character) { return character ~ /[A-Za-z0-9_]/ }
# Where a value begins in a text, 0 where it is not there.
function found(text, value,   at, from) {
  from = 0
  while ((at = index(substr(text, from + 1), value)) > 0) {
    from += at
    if (!words || !(word(substr(text, from - 1, 1)) || word(substr(text, from + length(value), 1)))) return from
  }
  return 0
}
function place(number, text, at,   before, columns) {
  if (number == "names") return "names of uploaded files"
  if (number == 0) return "the definitions of tables"
  before = substr(text, 1, at - 1)
  split(cells[number], columns, ",")
  return tables[number] "." columns[gsub(/\t/, "", before) + 1]
}
BEGIN {
  separator = sprintf("%c", 1)
  while ((getline line <harmless) > 0) accepted[line] = 1
  while ((getline line <heads) > 0) {
    split(line, parts, "\t")
    tables[parts[1]] = parts[2]
    cells[parts[1]] = parts[3]
  }
}
pass == 1 {
  tab = index($0, "\t")
  what[++count] = substr($0, 1, tab - 1)
  values[count] = tolower(substr($0, tab + 1))
  next
}
{
  cut = index($0, separator)
  number = substr($0, 1, cut - 1)
  text = tolower(substr($0, cut + 1))
  for (n = 1; n <= count; n++) {
    at = found(text, values[n])
    if (!at) continue
    there = place(number, text, at)
    if (!((what[n] " in " there) in accepted)) lines[there "\t" what[n]]++
  }
}
END { for (each in lines) print each "\t" lines[each] }
