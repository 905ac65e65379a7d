#!/bin/sh
# After the switch: work goes on, and the volume that was left is fit to be served again.
#
#   finish.sh STACK DATABASE
set -eu
stack=$1 database=$2
# shellcheck source=host/upgrade/standstill.sh
. ./upgrade/standstill.sh
alone
start_work
# It was closed until its server ended, so that nothing was written that the new one would lack.
if ! printf 'ALTER DATABASE "%s" CONNECTION LIMIT %s\n' "$database" "$(value limit)" |
  docker run --rm --interactive --network none --user 999:999 --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none \
    --tmpfs /tmp:mode=1777 --tmpfs /var/run/postgresql:uid=999,gid=999,mode=0755 --mount "type=volume,source=$(value former),target=/var/lib/postgresql/data" \
    --entrypoint postgres "$(value image)" --single -D /var/lib/postgresql/data postgres >/dev/null; then
  say "volume $(value former) is whole, but its database takes connections of the superuser alone; going back to it wants: ALTER DATABASE \"$database\" CONNECTION LIMIT $(value limit)"
fi
rm -f "$state" "$state.lock"
