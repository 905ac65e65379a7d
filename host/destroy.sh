#!/bin/sh
# The last step of a destroy: removes the stack's data from its host, or says what of it stays.
#
#   destroy.sh STACK DATA NAME...
#
# DATA    keep or remove, as data.keepOnDestroy says
# NAME    of a volume, without the stack's: those that hold data. What has the stack's label goes too; one that was copied
#         back by hand has none
#
# Nothing goes while the stack has a container, or one of somebody else uses a volume.
set -eu
stack=$1 data=$2
shift 2

there=$(docker volume ls --quiet)
labelled=$(docker volume ls --quiet --filter "label=socle.stack=$stack")
names=$(for name in "$@"; do printf '%s\n' "$stack-$name"; done)
named=$(printf '%s\n' "$there" | grep -x -F "$names") || true
volumes=$(printf '%s\n%s\n' "$labelled" "$named" | sed '/^$/d' | sort -u)

if [ "$data" = keep ]; then
  if [ -n "$volumes" ]; then
    printf 'The data of %s stays on its host, in these volumes:\n' "$stack"
    printf '%s\n' "$volumes" | sed 's/^/  /'
  fi
  exit 0
fi

users=$(
  docker ps --all --format '{{.Names}}' --filter "label=socle.stack=$stack"
  for volume in $volumes; do docker ps --all --format '{{.Names}}' --filter "volume=$volume"; done
)
if [ -n "$users" ]; then
  printf 'The data of %s was not removed: it is used by containers, or the stack still has some:\n' "$stack" >&2
  printf '%s\n' "$users" | sort -u | sed 's/^/  /' >&2
  # shellcheck disable=SC2016 # the backquotes are text
  printf '    -> Remove them (`docker rm --force NAME`), then run pulumi destroy again.\n' >&2
  exit 1
fi
# shellcheck disable=SC2086 # several names
[ -z "$volumes" ] || docker volume rm $volumes >/dev/null
set -- "$stack"
# shellcheck source=host/releases/forget.sh
. ./releases/forget.sh
