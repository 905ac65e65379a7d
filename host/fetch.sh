#!/bin/sh
# Brings backups from the off-site repository into the one on this host, which only the backup container else writes.
#
#   fetch.sh STACK [SNAPSHOT...]      default: all
#
# Standard input: the key that the off-site repository was made with; empty where it is the stack's own.
set -eu
stack=$1
shift
offsite=$stack-offsite
image=$(docker inspect --format '{{.Image}}' "$offsite")
user=$(docker inspect --format '{{.Config.User}}' "$offsite")
variables=$(mktemp)
trap 'rm -f "$variables"; docker rm --force --volumes "$stack-fetch" >/dev/null 2>&1 || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$offsite" >"$variables"
etc=''
# As in the container itself: host/backup/offsite-login.sh.
if grep -q '^OFFSITE_SSH=' "$variables"; then etc="--tmpfs /etc:uid=${user%:*},gid=${user#*:},mode=0755,size=1m"; fi

if [ -n "$(docker ps --quiet --filter "name=^$stack-fetch$")" ]; then
  trap 'rm -f "$variables"' EXIT
  echo 'fetch: another one is at work; nothing was changed.' >&2
  exit 1
fi
docker rm --force --volumes "$stack-fetch" >/dev/null 2>&1 || true
# shellcheck disable=SC2086 # one option with its value, or none
docker run --rm --interactive --name "$stack-fetch" --label "socle.stack=$stack" --label socle.task=fetch --network "$stack-edge" --user "$user" \
  --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none --memory 512m --memory-swap 512m \
  --tmpfs "/tmp:uid=${user%:*},gid=${user#*:},mode=0700,size=64m" $etc --env-file "$variables" --volumes-from "$offsite" \
  --mount "type=volume,source=$stack-backups,target=/backups,volume-nocopy" --entrypoint sh "$image" /tools/fetch.sh given /backups/repository "$@"
