#!/bin/sh
# Runs one of the scripts beside this one on the stack's host: here, or over SSH.
#
#   run.sh SCRIPT [ARGUMENT...]      standard input goes to the script
#
# SOCLE_SSH_TARGET   user@address; empty or unset: this machine
# SOCLE_SSH_PORT     port of its SSH server
# SOCLE_SSH_OPTIONS  options of ssh(1), one a line; to be run in the project's folder (connection/ssh.ts)
# DOCKER_HOST        Docker engine of this machine, where the host is local
#
# The script finds in SOCLE_STATE the folder where that host keeps what is neither data nor container, one folder in it a
# stack. On this machine it may be set beforehand.
set -eu

# shellcheck disable=SC2016 # the other side's user and home
state='if [ "$(id -u 2>/dev/null)" = 0 ]; then state=/var/lib/socle; else state=${XDG_STATE_HOME:-$HOME/.local/state}/socle; fi
export SOCLE_STATE="${SOCLE_STATE:-$state}"'
# A line `. ./FILE` takes in another script of this folder, which may take in others: one text goes to the host.
folder=$(dirname "$0")
script=$state'
'$(awk -v folder="$folder" '
  function whole(file,   got, line, words) {
    while ((got = (getline line < file)) > 0) {
      split(line, words)
      if (words[1] == "." && words[2] ~ /^\.\//) whole(folder substr(words[2], 2))
      else print line
    }
    close(file)
    if (got < 0) {
      print "run.sh: there is no " file >"/dev/stderr"
      exit 2
    }
  }
  BEGIN { whole(folder "/" ARGV[1]) }' "$1")
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
# A server that many ask at once drops connections before it says its first word (sshd_config(5): MaxStartups). Then
# nothing of the script has run and nothing of its input was read: ssh is tried again, and in no other case. Its own
# words go to a file, where the script's cannot be taken for them.
said=$(mktemp)
trap 'rm -f "$said"' EXIT
ssh=
stopped=
trap 'stopped=yes; kill "$ssh" 2>/dev/null || true' HUP INT TERM
exec 3<&0

for pause in 1 2 4 8 last; do
  : >"$said"
  # A shell of the user's own may read the input that is the script's: ssh starts one once it is logged in (LocalCommand).
  # shellcheck disable=SC2029 # the command is quoted for the other side on purpose
  SHELL=/bin/sh ssh -E "$said" "$@" -p "$SOCLE_SSH_PORT" "$SOCLE_SSH_TARGET" "$command" <&3 3<&- &
  ssh=$!
  # A timeout of Pulumi's kills this shell and nothing else: ssh must not outlive it.
  while kill -0 "$ssh"; do
    sleep 1
    kill -0 $$ || { kill "$ssh" && rm -f "$said"; }
  done </dev/null >/dev/null 2>&1 3<&- &
  status=0
  wait "$ssh" || status=$?
  # A signal ends the first wait, not ssh.
  while kill -0 "$ssh" 2>/dev/null; do
    status=0
    wait "$ssh" || status=$?
  done
  if [ "$status" != 255 ] || [ "$pause" = last ] || ! grep -q '^kex_exchange_identification: ' "$said"; then break; fi
  sleep "$pause"
  [ -z "$stopped" ] || break
done
cat "$said" >&2
exit "$status"
