#!/bin/sh
# shellcheck disable=SC2154 # variables are those of the script that reads this one
# Functions of the scripts that deal with migrations: how the application's commands run, and what a plan says.
# They need: $stack, $database (its name), $container (arguments of `docker create`, up to the command) and $work, a
# folder; commands and arguments are quoted for a shell. $task is the name of the containers.

postgres=$stack-postgres

sql() {
  docker exec --interactive "$postgres" psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 \
    --username postgres --dbname "$database" "$@"
}

# Runs a command in a container of its own: run_application OUTPUT ERRORS COMMAND [FLAG...]
# A container that an earlier deployment left running is waited for: a command never runs twice at a time.
run_application() {
  output=$1 errors=$2 command=$3
  shift 3
  wait_for_former
  # shellcheck disable=SC2294 # the words are quoted for the shell on purpose
  eval "docker create --name \"\$task\" \"\$@\" $container $command" >/dev/null
  [ -z "${join:-}" ] || docker network connect "$join" "$task"
  code=0
  docker start --attach "$task" >"$output" 2>"$errors" || code=$?
  docker rm --force --volumes "$task" >/dev/null 2>&1 || true
  return "$code"
}

wait_for_former() {
  if [ "$(docker inspect --format '{{.State.Running}}' "$task" 2>/dev/null)" = true ]; then
    echo "waiting for $task, which an earlier deployment started"
    docker wait "$task" >/dev/null || true
  fi
  docker rm --force --volumes "$task" >/dev/null 2>&1 || true
}

# Asks the image what is pending: plan_into NAME [FLAG...] writes $work/NAME.json and $work/NAME, a fact a line:
#   before APP.NAME                    a head that is applied
#   after APP.NAME                     a head that results, of an application with pending migrations
#   pending APP.NAME atomic|split reversible|final
# A plan that has no SQL in it is what PostgreSQL makes lines of: no host needs more than Docker.
plan_into() { ask_plan "$@" && read_plan "$1"; }

ask_plan() {
  ask_command "$plan" "$@" && return
  plan_failed
  return 1
}
# ask_command COMMAND NAME [FLAG...]
ask_command() {
  command=$1 name=$2
  shift 2
  run_application "$work/plan.out" "$work/plan.err" "$command" "$@" || return 1
  grep '^{' "$work/plan.out" | tail -n 1 >"$work/$name.json" || true
}
plan_failed() { failed_command 'migrations: the image could not say what is pending.'; }
failed_command() {
  echo "$1" >&2
  tail -n 20 "$work/plan.err" >&2
}
# The most frequent plan of all, told without PostgreSQL.
empty_plan() { grep -Eq '"heads": ?\{.*"pending": ?\[\]' "$work/$1.json"; }

read_plan() {
  name=$1
  facts <"$work/$name.json" >"$work/$name" 2>"$work/plan.err" || {
    echo "migrations: what the plan command printed is not the JSON of docs/migrations.md." >&2
    tail -n 3 "$work/plan.err" >&2
    return 1
  }
}

facts() {
  # Control characters never stand in JSON as such: the line is one field of the copy.
  sql -c 'CREATE TEMPORARY TABLE plan (document jsonb NOT NULL)' \
    -c "\\copy plan FROM pstdin (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')" \
    -c "SELECT 'before ' || app.key || '.' || head FROM plan, jsonb_each(document->'heads') app, jsonb_array_elements_text(app.value) head ORDER BY 1" \
    -c "SELECT 'after ' || app.key || '.' || head FROM plan, jsonb_each(document->'after') app, jsonb_array_elements_text(app.value) head
        WHERE app.key IN (SELECT m->>'app' FROM plan, jsonb_array_elements(document->'pending') m) ORDER BY 1" \
    -c "SELECT 'pending ' || (m->>'app') || '.' || (m->>'name')
          || CASE WHEN (m->'atomic')::boolean THEN ' atomic' ELSE ' split' END
          || CASE WHEN (m->'reversible')::boolean THEN ' reversible' ELSE ' final' END
        FROM plan, jsonb_array_elements(document->'pending') WITH ORDINALITY AS listed (m, place) ORDER BY place" \
    -c "SELECT 1 / count(*) FROM plan WHERE document ? 'heads' AND document ? 'pending'" | sed '$d'
}

# The words of the facts of one kind, such as `listed pending plan`.
listed() { sed -n "s/^$1 \([^ ]*\).*/\1/p" "$work/$2"; }
# The same on one line.
inline() { tr '\n' ' ' | sed 's/ $//'; }

invalid_indexes() {
  sql -c "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid ORDER BY 1"
}

# A session of its own holds an advisory lock of the database, outside any transaction, until `unlock` or the end of this
# script, however it ends. What this script starts goes on holding it.
lock() {
  mkfifo "$work/lock"
  # There before it is read: the session opens it in its own time.
  : >"$work/locked"
  sql <"$work/lock" >"$work/locked" 2>"$work/unlocked" &
  holder=$!
  exec 3>"$work/lock"
  printf "%s\n" "SET application_name = 'socle migrations';" "SET lock_timeout = '60s';" \
    "SELECT 'held' FROM pg_advisory_lock(hashtext('socle migrations'));" >&3
  until grep -q held "$work/locked"; do
    if ! kill -0 "$holder" 2>/dev/null; then
      echo "migrations: another run of migrations holds the lock of $database; nothing was changed." >&2
      sql -c "SELECT '    process ' || pid || ', since ' || backend_start FROM pg_stat_activity WHERE application_name = 'socle migrations'" >&2 || true
      echo "    → Wait for the other deployment to end, then run this one again." >&2
      exit 1
    fi
    sleep 0.1
  done
}
unlock() {
  exec 3>&-
  wait "$holder" 2>/dev/null || true
}
