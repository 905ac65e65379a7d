#!/bin/sh
# Removes static files that no release that serves or is kept has names for.
#
#   prune.sh NAME=VALUE...
#
# release   the one that serves from now on
# keep      how many releases that succeeded are kept, this one included
# image     with a shell, find and awk; it works as `user`, whose the files are
#
# A file goes where a release of before named it, or where its name is that of a known file with another content's hash
# (Django's: twelve hexadecimal digits before the last dot); with it go its compressed forms. What no release ever named
# is somebody else's and stays. Where a release that is kept said nothing of its names, nothing goes.
set -eu
takes='stack release keep image user volume'
# shellcheck source=host/arguments.sh
. ./arguments.sh
state=$SOCLE_STATE/$stack
[ -d "$state/static" ] || exit 0

succeeded() {
  [ ! -e "$state/releases.jsonl" ] || sed -n \
    '/^{"number":[0-9]*,"result":"succeeded"/s/.*"released":{"image":"[^"]*","digest":"[^"]*","release":"\([^"]*\)".*/\1/p' \
    "$state/releases.jsonl"
}
# The newest first, each once.
newest() { awk '{ line[NR] = $0 } END { for (at = NR; at > 0; at--) if (!seen[line[at]]++) print line[at] }'; }
running() { docker ps --filter "label=socle.stack=$stack" --format '{{.Label "socle.release"}}' | grep . || true; }

kept=$({
  {
    succeeded
    echo "$release"
  } | newest | head -n "$keep"
  running
} | sort -u)
for one in $kept; do
  if [ ! -s "$state/static/$one" ]; then
    echo "Release $one did not say which static files it has; none was removed."
    exit 0
  fi
done

is_kept() { printf '%s\n' "$kept" | grep -qxF "${1##*/}"; }
for one in "$state"/static/*; do
  if is_kept "$one"; then word=kept; else word=former; fi
  sed "s/^/$word /" "$one"
done | docker run --rm --interactive --network none --user "$user" --read-only --cap-drop ALL --security-opt no-new-privileges:true \
  --log-driver none --tmpfs "/tmp:uid=${user%%:*},gid=${user##*:}" --mount "type=volume,source=$volume,target=/static,volume-nocopy" \
  --workdir /static --entrypoint /bin/sh "$image" -euc '
    cat >/tmp/names
    find . -type f | sed "s|^\./||" | awk -v names=/tmp/names "$1" >/tmp/surplus
    while IFS= read -r file; do rm -f -- "./$file"; done </tmp/surplus
    find . -mindepth 1 -type d -empty -delete
    echo "$(wc -l </tmp/surplus | tr -d " ") static files removed that no kept release names"
  ' prune '
    BEGIN {
      for (digit = 0; digit < 12; digit++) hash = hash "[0-9a-f]"
      while ((getline line < names) > 0) {
        name = substr(line, index(line, " ") + 1)
        known[name] = 1
        if (line ~ /^kept /) kept[name] = 1
      }
    }
    {
      name = $0
      sub(/\.(gz|br|zst)$/, "", name)
      if (($0 in kept) || (name in kept)) next
      plain = name
      # Its ending is what follows the last dot; a file may have none.
      if (match(name, "\\." hash "(\\.[^./]*)?$")) plain = substr(name, 1, RSTART - 1) substr(name, RSTART + 13)
      if (($0 in known) || (name in known) || (plain != name && (plain in known))) print
    }
  '

# What no kept release is asked by any more.
for one in "$state"/static/*; do
  is_kept "$one" || rm -f "$one"
done
