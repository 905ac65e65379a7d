# What the set-up says: one line a step, progress on long ones, errors with the
# way out. Sourced by setup.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

began=$(date +%s%N)
bold='' dim='' green='' yellow='' red='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' yellow=$'\e[33m' red=$'\e[31m' plain=$'\e[0m'
fi

elapsed() { # since the set-up began, as "0.4 s"
  local ms=$((($(date +%s%N) - began) / 1000000))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

say() { printf '%ssetup:%s %s\n' "$bold" "$plain" "$1"; }
good() { printf '  %s✓%s %-14s %s\n' "$green" "$plain" "$1" "$2"; }
lacking() { printf '  %s•%s %-14s %s\n' "$yellow" "$plain" "$1" "$2"; }
note() { printf '      %s\n' "$1"; }

fail() { # fail <what is wrong> <what to do>...
  printf '%ssetup failed:%s %s\n' "$red" "$plain" "$1" >&2
  shift
  printf '  → %s\n' "$@" >&2
  exit 1
}

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

last_line() { # last_line <log>: in plain letters, short enough for a line
  tail -c 4000 "$1" | tr '\r' '\n' | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | LC_ALL=C tr -cd '\12\40-\176' | grep '[^ ]' | tail -n 1 | cut -c1-70
}

# long <what> <command>...: runs a step that takes its time. Its output goes to a
# log; shown are the elapsed time and the log's last line, live on a terminal,
# else every 15 seconds.
long() {
  local what=$1 start=$SECONDS log pid status=0 spent last
  shift
  mkdir -p "$cache/log"
  log=$cache/log/$(printf %s "$what" | tr -cs 'A-Za-z0-9.' '-' | sed 's/^-*//; s/-*$//').log
  note "$what ..."
  "$@" >"$log" 2>&1 9>&- &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    spent=$((SECONDS - start))
    last=$(last_line "$log") || last=
    if [ -t 1 ]; then
      printf '\r\e[K      %s%s  %s%s' "$dim" "$(clock "$spent")" "$last" "$plain"
    elif [ "$spent" -ge "${next:=15}" ]; then
      note "$(clock "$spent")  $last"
      next=$((spent + 15))
    fi
  done
  next=
  [ -t 1 ] && printf '\r\e[K'
  wait "$pid" || status=$?
  trap - INT TERM
  if [ "$status" -ne 0 ]; then
    tail -n 25 "$log" | sed 's/^/      | /' >&2
    fail "$what: exit code $status after $((SECONDS - start)) s" "the whole log: $log"
  fi
  note "$what: done in $((SECONDS - start)) s"
}
