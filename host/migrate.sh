#!/bin/sh
# Brings the database to a release's schema, guarded; run before any container of the release is made.
#
#   migrate.sh NAME=VALUE...
#
#   stack, database        names of the stack on its host, and of the database
#   called                 the stack's name as Pulumi knows it
#   approval               `required`: pending migrations must be approved
#   approved               the heads that are, separated by spaces
#   lock, statement        seconds that a statement may wait for a lock, and take
#   retries                further attempts after a lock was not free
#   backup                 container that makes backups, empty where there is none
#   failure                reverse|stop: what happens to the migrations before one that fails
#   join                   a further network of the containers
#   container              arguments of `docker create` for the application, up to the command
#   plan, pending, migrate, step, reverse    the application's commands, empty where it has none
#   prepare                collects the static files and does what `plan` does, in one start of the application; or empty
#
# Nothing pending: nothing happens. Else: approval → plan and heads recorded → verified backup → lock → migrate, again
# if a lock was not free → nothing pending, no invalid index. Fails with what happened, how the schema is, what to do.
set -eu
takes='stack called database approval= approved= lock statement retries failure backup= join container
prepare= plan= pending= migrate= step= reverse='
# shellcheck source=host/arguments.sh
. ./arguments.sh

task=$stack-migrate
work=$(mktemp -d)
trap 'exec 3>&-; rm -rf "$work"' EXIT
state=$SOCLE_STATE/$stack
(umask 077 && mkdir -p "$state")

# shellcheck source=host/migration/application.sh
. ./migration/application.sh
# shellcheck source=host/migration/facts.sh
. ./migration/facts.sh

# A verified backup of database and media, in the family whose last ones are kept (backup.keep.releases).
back_up() {
  if [ -z "$backup" ]; then
    say "no backup is made: backup.enabled is false"
    return
  fi
  say "backup before the migrations"
  snapshot=$(docker exec "$backup" sh /tools/run.sh release) || {
    echo "migrations: the backup before the migrations failed, as said above; the database was not changed." >&2
    echo "    → Mend what it says (most often the disk is full), then run this again." >&2
    exit 1
  }
}

say() { echo "migrations: $*"; }
# Everything that goes wrong ends here: what happened, how the schema is, what to do.
stop() {
  result=$1
  {
    echo "migrations: $2"
    shift 2
    for line in "$@"; do echo "    $line"; done
    [ -z "${snapshot:-}" ] || echo "    The backup from before is snapshot $snapshot."
  } >&2
  record "$result"
  exit 1
}

# One line of history for the operator's command and for a rollback.
record() {
  [ -s "$work/plan.json" ] || return 0
  {
    printf '{"when":"%s","result":"%s","backup":"%s","pending":"%s","before":"%s","after":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" \
      "${snapshot:-}" "$(listed pending plan | inline)" "$(listed before plan | inline)" "$(listed before "${latest:-plan}" | inline)"
  } >>"$state/migrations.jsonl"
  rm -f "$state/migration-running"
}

# attempt LOCK COMMAND [WORD...]: runs it with time limits; its output is shown as it comes.
attempt() {
  limit=$1
  shift
  wait_for_former
  kill -0 "$holder" 2>/dev/null || return 1
  # The command's own exit status, which a pipe would hide.
  {
    application_task "PGOPTIONS=-c lock_timeout=${limit}s -c statement_timeout=${statement}s" "$@" &&
      docker start --attach "$task" 2>&1 && : >"$work/well"
  } | tee "$work/output"
  docker rm --force --volumes "$task" >/dev/null 2>&1 || true
  [ -e "$work/well" ] && rm -f "$work/well"
}
lock_was_not_free() { grep -Eqi 'LockNotAvailable|55P03|due to lock timeout' "$work/output"; }

# apply LOCK COMMAND [WORD...]
# Again while a lock is not free: what was rolled back can be run again, what is not atomic cannot.
apply() {
  tries=0
  until attempt "$@"; do
    lock_was_not_free || return 1
    [ "$1" != 0 ] && [ "$tries" -lt "$retries" ] || return 1
    tries=$((tries + 1))
    pause=$((tries < 5 ? tries * 2 : 10))
    say "a lock was not free within $lock s, so that nobody else waits; attempt $tries of $retries more in $pause s"
    sleep "$pause"
  done
}

# An empty database has nothing to lose: no approval, no backup.
count_tables() {
  sql -c "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'"
}

# --- what is pending -------------------------------------------------------------------------------------------------
if [ -z "$plan" ]; then
  # An application that cannot say what it has: whether anything is pending at most. Nobody can approve what nobody lists.
  if [ "$approval" = required ]; then
    echo "application.commands.plan: is not set, so that no migration can be approved; nothing was changed." >&2
    echo "    → Set it (docs/migrations.md), then run this again." >&2
    exit 1
  fi
  if [ -n "$pending" ] && run_application "$work/output" "$work/output" '' "$pending"; then
    say "nothing pending"
    exit 0
  fi
  if [ "$(count_tables)" -eq 0 ]; then say "the database is empty"; else back_up; fi
  lock
  apply "$lock" "$migrate" || stop failed "the command failed; its output stands above." "The former release goes on serving." \
    "How the schema is, only the application can tell: it has no plan command." "→ Mend the migration, then run this again."
  exit 0
fi

if [ -z "$prepare" ]; then
  ask_plan plan || exit 1
else
  ask_command "$prepare" plan || {
    if grep -q '^static files:' "$work/plan.out"; then plan_failed; else failed_command 'static files: the image could not collect them; nothing was changed.'; fi
    exit 1
  }
  grep '^static files:' "$work/plan.out"
fi
if empty_plan plan; then : >"$work/plan"; else read_plan plan || exit 1; fi
if ! grep -q '^pending ' "$work/plan"; then
  say "nothing pending"
  rm -f "$state/migration-running"
  exit 0
fi
count=$(grep -c '^pending ' "$work/plan")
tables=$(count_tables)
first=no
[ "$tables" -gt 0 ] && grep -q '^before ' "$work/plan" || first=yes

if [ "$first" = yes ] && [ "$tables" -eq 0 ]; then
  say "the database is empty: $count to apply"
  lock
  latest=plan
  apply "$lock" "$migrate" || stop failed "the first migration of an empty database failed; the output stands above." \
    "→ Mend it and run this again; nothing of value is in the database yet."
else
  # --- approved? Nothing was changed so far. -------------------------------------------------------------------------
  missing=''
  if [ "$approval" = required ]; then
    for head in $(listed after plan); do
      case " $approved " in *" $head "*) ;; *) missing="$missing${missing:+, }$head" ;; esac
    done
  fi
  if [ -n "$missing" ]; then
    echo "migrations.approved: $count pending ($(listed pending plan | inline | sed 's/ /, /g')), and nobody approved $missing; nothing was changed." >&2
    echo "    → Read them with \`npm run -s socle -- migrations --stack $called\`, then add to migrations.approved: $missing" >&2
    exit 1
  fi
  invalid_indexes >"$work/invalid"
  if [ -s "$work/invalid" ] && grep '^pending ' "$work/plan" | head -n 1 | grep -q ' split '; then
    echo "migrations: $(inline <"$work/invalid") is an invalid index, which a migration left that was cut off; nothing was changed." >&2
    echo "    It takes no part in queries, but slows writes and stands in the way of the migration that makes it." >&2
    echo "    → Drop it, then run this again: $(pasted_sql "DROP INDEX CONCURRENTLY $(head -n 1 "$work/invalid");")" >&2
    exit 1
  fi
  [ ! -e "$state/migration-running" ] || say "the attempt of $(cat "$state/migration-running") was cut off; going on from where the database is"
  say "$count pending: $(listed pending plan | inline)"
  cp "$work/plan.json" "$state/migration-plan.json"
  date -u +%Y-%m-%dT%H:%M:%SZ >"$state/migration-running"

  back_up
  lock
  # Somebody else may have been first while this one waited.
  plan_into now
  if ! cmp -s "$work/plan" "$work/now"; then
    stop failed "the schema changed while this run waited for the lock; it changed nothing itself." "→ Run it again."
  fi

  # --- migrate -------------------------------------------------------------------------------------------------------
  well=yes
  if [ -n "$step" ] && grep -q '^pending [^ ]* split' "$work/plan"; then
    # One by one: what waits for old transactions without keeping others out may wait longer than the rest.
    # Neighbours that are atomic, of one application, are one step.
    awk '$1 == "pending" {
      app = $2; sub(/\..*/, "", app)
      if (last != "" && (app != group || $3 == "split" || kind == "split")) print last
      last = $0; group = app; kind = $3
    }
    END { print last }' "$work/plan" >"$work/steps"
    while read -r _ migration kind _ <&5; do
      limit=$lock
      [ "$kind" = atomic ] || limit=0
      apply "$limit" "$step" "${migration%%.*}" "${migration#*.}" || { well=no && break; }
    done 5<"$work/steps"
  else
    apply "$lock" "$migrate" || well=no
  fi
  [ "$well" = yes ] || failed=yes
fi

# shellcheck source=host/migration/outcome.sh
. ./migration/outcome.sh
