#!/bin/sh
# Runs a browser in a network of its own, which changes of the machine's networks do not reach.
#   SOCLE_BROWSER, SOCLE_NODE   the programs
#   SOCLE_RELAY, SOCLE_PROXY    the relay's script, and the socket of the proxy that it leads to
# The descriptors that the browser is driven by are passed on.
set -eu
if [ "${1:-}" != inside ]; then
  # Who is not root becomes it in a user namespace, and so may bring the loopback up.
  [ "$(id -u)" = 0 ] && user='' || user='--user --map-root-user'
  # shellcheck disable=SC2086 # no word, or two
  exec unshare $user --net -- "$0" inside "$@"
fi
shift
ip link set lo up
"$SOCLE_NODE" "$SOCLE_RELAY" "$SOCLE_PROXY" 3>&- 4>&- </dev/null &
exec "$SOCLE_BROWSER" "$@"
