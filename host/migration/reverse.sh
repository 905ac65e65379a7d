#!/bin/sh
# Takes the schema back to given heads, with an image that has the migrations: empty for the one of `backend`, which serves.
#
#   reverse.sh NAME=VALUE...
#
# `targets`: the heads, as `APP.NAME`, `APP.zero` for before the first one. `plan` and `reverse` are quoted for a shell.
# `backup` is the container that makes a backup first, or empty. Standard output says what is done.
set -eu
takes='stack database backend image= backup= lock plan reverse targets'
# shellcheck source=host/arguments.sh
. ./arguments.sh
task=$stack-migrate
work=$(mktemp -d)
trap 'exec 3>&-; rm -rf "$work"' EXIT

# shellcheck source=host/migration/application.sh
. ./migration/application.sh
# shellcheck source=host/migration/facts.sh
. ./migration/facts.sh
# shellcheck source=host/migration/running.sh
. ./migration/running.sh

application_like "$backend" "$image"
join='' statement=900 direction=back
plan_into plan "SOCLE_TARGETS=$targets"
if ! grep -q '^pending ' "$work/plan"; then
  echo "migrations: the schema is there already"
  exit 0
fi
if [ -n "$backup" ]; then
  echo "migrations: backup before the way back"
  docker exec "$backup" sh /tools/run.sh release
fi
lock
for target in $targets; do
  echo "migrations: back to $target"
  if ! run_application "$work/output" "$work/output" "PGOPTIONS=-c lock_timeout=${lock}s -c statement_timeout=${statement}s" \
    "$reverse" "${target%%.*}" "${target#*.}"; then
    cat "$work/output" >&2
    echo "migrations: the way back to $target failed; its output stands above. The steps before it are done." >&2
    echo "    → Mend it or restore the backup, then look again: npm run -s socle -- migrations" >&2
    exit 1
  fi
  cat "$work/output"
done
plan_into back "SOCLE_TARGETS=$targets"
if grep -q '^pending ' "$work/back"; then
  echo "migrations: the reverse command ended well, and yet these are applied: $(listed pending back | inline)." >&2
  exit 1
fi
unlock
echo "migrations: done; applied are $(listed before back | inline)"
