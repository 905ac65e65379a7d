#!/bin/sh
# shellcheck disable=SC2154 # variables are those of the script that reads this one
# Functions of the scripts that deal with migrations: how the application's commands run, and what a plan says (facts.sh).
# They need: $stack, $database (its name), $container (arguments of `docker create`, up to the command) and $work, a
# folder; commands and arguments are quoted for a shell. $task is the name of the containers.

postgres=$stack-postgres

sql() {
  docker exec --interactive "$postgres" psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 \
    --username postgres --dbname "$database" "$@"
}

# Makes the container of a command: application_task VARIABLE COMMAND [WORD...]
# COMMAND is text of the stack's own settings, quoted for a shell. WORDs are added to it as they are: what an image or
# anybody else named is one of these and never becomes text of a shell. VARIABLE: NAME=VALUE, or empty.
application_task() {
  # shellcheck disable=SC2034 # read in what is evaluated
  variable=$1 command=$2
  shift 2
  # shellcheck disable=SC2294 # the words of settings are quoted for the shell on purpose
  eval "docker create --name \"\$task\" \${variable:+--env} \${variable:+\"\$variable\"} $container $command \"\$@\"" >/dev/null &&
    { [ -z "${join:-}" ] || docker network connect "$join" "$task"; }
}

# Runs a command in a container of its own: run_application OUTPUT ERRORS VARIABLE COMMAND [WORD...]
# A container that an earlier deployment left running is waited for: a command never runs twice at a time.
run_application() {
  output=$1 errors=$2
  shift 2
  wait_for_former
  application_task "$@" || return 1
  code=0
  docker start --attach "$task" >"$output" 2>"$errors" || code=$?
  docker rm --force --volumes "$task" >/dev/null 2>&1 || true
  return "$code"
}

wait_for_former() {
  running=$(docker inspect --format '{{.State.Running}}' "$task" 2>/dev/null) || return 0
  if [ "$running" = true ]; then
    echo "waiting for $task, which an earlier deployment started"
    docker wait "$task" >/dev/null || true
  fi
  docker rm --force --volumes "$task" >/dev/null 2>&1 || true
}

# Asks the image what is pending: plan_into NAME [VARIABLE] writes $work/NAME.json and $work/NAME, a fact a line:
#   before APP.NAME                    a head that is applied
#   after APP.NAME                     a head that results, of an application with pending migrations
#   pending APP.NAME atomic|split reversible|final
plan_into() { ask_plan "$@" && read_plan "$1"; }

ask_plan() {
  ask_command "$plan" "$@" && return
  plan_failed
  return 1
}
# ask_command COMMAND NAME [VARIABLE]
ask_command() {
  run_application "$work/plan.out" "$work/plan.err" "${3:-}" "$1" || return 1
  grep '^{' "$work/plan.out" | tail -n 1 >"$work/$2.json" || true
}
plan_failed() { failed_command 'migrations: the image could not say what is pending.'; }
failed_command() {
  echo "$1" >&2
  tail -n 20 "$work/plan.err" >&2
}
# The most frequent plan of all, told without PostgreSQL: the last member of the whole object is an empty list.
empty_plan() { grep -Eq '^\{.*"heads": ?\{.*"pending": ?\[\]\}$' "$work/$1.json"; }

# read_plan NAME. Nothing that came from the image is acted on before all of it was found to be a plan.
read_plan() {
  facts "${direction:-forwards}" <"$work/$1.json" >"$work/facts" 2>"$work/plan.err" || true
  if [ "$(tail -n 1 "$work/facts")" = whole ] && ! grep -q '^refused ' "$work/facts"; then
    sed '$d' "$work/facts" >"$work/$1"
    return
  fi
  {
    echo "migrations: what the plan command printed is not the JSON of docs/migrations.md; nothing is done by it."
    { sed -n 's/^refused /    plan: /p' "$work/facts" && sed 's/^/    /' "$work/plan.err"; } | head -n 5 | cut -c 1-300
    echo "    → Rename the migration, or correct application.commands.plan, then run this again."
  } >&2
  return 1
}

# The words of the facts of one kind, such as `listed pending plan`.
listed() { sed -n "s/^$1 \([^ ]*\).*/\1/p" "$work/$2"; }
# The same on one line.
inline() { tr '\n' ' ' | sed 's/ $//'; }

# A line each; whoever may name an index may name it anything, and a name is shown in commands to be pasted.
invalid_indexes() {
  sql -c "SELECT regexp_replace(format('%I.%I', n.nspname, c.relname), '[[:cntrl:]]', '?', 'g') FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid ORDER BY 1"
}

# WORD as text of a shell that is this word and nothing else: quoted WORD
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }
# A command line that is shown to be pasted: pasted_sql STATEMENT
pasted_sql() { echo "npm run -s socle -- psql --stack $called -- --command $(quoted "$1")"; }

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
