#!/bin/sh
# outage begin|end: refuses connections to the ACME port, as a server that is down does. pebble forgets its accounts
# when it ends, which no real authority does; so it goes on behind the closed door.
set -eu
rule='-p tcp --dport 14000 -j REJECT --reject-with tcp-reset'
# shellcheck disable=SC2086 # the rule is several words
case $1 in
  begin) iptables -C INPUT $rule 2>/dev/null || iptables -A INPUT $rule ;;
  end) if iptables -C INPUT $rule 2>/dev/null; then iptables -D INPUT $rule; fi ;;
  *)
    echo "outage: unknown word '$1'; use begin or end" >&2
    exit 2
    ;;
esac
