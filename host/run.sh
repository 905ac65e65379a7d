#!/bin/sh
# Runs one of the scripts beside this one on the stack's host: here, or over SSH.
#
#   run.sh SCRIPT [ARGUMENT...]      standard input goes to the script
#
# SOCLE_SSH_TARGET   user@address; empty or unset: this machine
# SOCLE_SSH_PORT     port of its SSH server
# SOCLE_SSH_OPTIONS  options of ssh(1), one a line
# DOCKER_HOST        Docker engine of this machine, where the host is local
#
# The script finds in SOCLE_STATE the folder where that host keeps what is neither data nor container, one folder in it a
# stack. On this machine it may be set beforehand.
set -eu

# shellcheck disable=SC2016 # the other side's user and home
state='if [ "$(id -u 2>/dev/null)" = 0 ]; then state=/var/lib/socle; else state=${XDG_STATE_HOME:-$HOME/.local/state}/socle; fi
export SOCLE_STATE="${SOCLE_STATE:-$state}"'
# A line `. ./FILE` takes in another script of this folder: one text goes to the host.
folder=$(dirname "$0")
script=$state'
'$(awk -v folder="$folder" '
  $1 == "." && $2 ~ /^\.\// {
    file = folder substr($2, 2)
    while ((getline line < file) > 0) print line
    close(file)
    next
  }
  { print }' "$folder/$1")
shift

if [ -z "${SOCLE_SSH_TARGET:-}" ]; then
  exec sh -c "$script" socle "$@"
fi

# The other side's shell parses the command once: every word is quoted for it.
quoted() {
  # The dot keeps line ends at the end of a word, which $(…) would drop.
  escaped=$(printf '%s.' "$1" | sed "s/'/'\\\\''/g")
  printf "'%s' " "${escaped%.}"
}

command=$(quoted sh && quoted -c && quoted "$script" && quoted socle)
for word in "$@"; do
  command="$command$(quoted "$word")"
done
if [ "${SOCLE_SSH_TARGET%%@*}" != root ]; then
  command="sudo -n $command"
fi

newline='
'
IFS=$newline
set -f
# shellcheck disable=SC2086 # the options are split at their line ends
set -- $SOCLE_SSH_OPTIONS
# shellcheck disable=SC2029 # the command is quoted for the other side on purpose
exec ssh "$@" -p "$SOCLE_SSH_PORT" "$SOCLE_SSH_TARGET" "$command"
