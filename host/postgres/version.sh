#!/bin/sh
# Refuses data that this version of PostgreSQL cannot serve, before the one that serves is stopped for it.
#
#   version.sh NAME=VALUE...
set -eu
takes='stack volume version image'
# shellcheck source=host/arguments.sh
. ./arguments.sh
upgrade=$SOCLE_STATE/$stack/upgrade

refuse() { # refuse WHAT MEND
  printf 'postgres.version: %s; the database was not touched.\n    → %s\n' "$1" "$2" >&2
  exit 1
}
# The major version that wrote a volume's data; nothing where there is none.
written() {
  docker run --rm --network none --user 999:999 --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none \
    --mount "type=volume,source=$1,target=/data,readonly,volume-nocopy" --entrypoint cat "$image" /data/PG_VERSION 2>/dev/null || true
}

if grep -qs "^volume=$volume$" "$upgrade" && ! grep -qs '^verified=yes$' "$upgrade"; then
  refuse "the upgrade that fills volume $volume was cut off" "Run it again: npm run -s socle -- upgrade postgres $version"
fi
found=$(written "$volume")
if [ -n "$found" ]; then
  [ "$found" = "$version" ] || refuse "the data in volume $volume was written by PostgreSQL $found, and $version is asked for" \
    "Set postgres.version back to $found; for a newer one: npm run -s socle -- upgrade postgres $version"
  exit 0
fi
# One that is empty is filled by PostgreSQL: a site whose data lies elsewhere would come up without any.
for other in $(docker volume ls --quiet --filter "label=socle.stack=$stack" | grep -E "^$stack-postgres(-[0-9]+)?$"); do
  if [ "$other" != "$volume" ] && [ -n "$(written "$other")" ]; then
    refuse "volume $volume is empty, and the data lies in $other" \
      "Set postgres.volume back to ${other#"$stack"-}; for another version: npm run -s socle -- upgrade postgres $version"
  fi
done
