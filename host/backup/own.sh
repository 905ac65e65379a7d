#!/bin/sh
# First process of the container in which a site's own backup command runs: each time that a backup asks for its part.
#
#   own.sh SECONDS WORD...      the command, and how long it may take
#
# /own, which the backup container shares:
#   request    who asks; another word is another request
#   out        what the command leaves, in its folder $BACKUP_FOLDER, and what it printed as `stdout`
#   answer     the request, and the command's exit status
#   words      what it said on standard error, at most its last lines
set -eu
seconds=$1
shift
BACKUP_FOLDER=/own/out
export BACKUP_FOLDER
trap 'exit 0' TERM INT
umask 077

answered() { [ "$(cut -d ' ' -f 1 /own/answer 2>/dev/null)" = "$1" ]; }
beat() { touch /tmp/heartbeat /own/heartbeat; }

run() {
  rm -rf /own/out
  mkdir /own/out
  timeout "$seconds" "$@" >/own/out/stdout 2>/tmp/words &
  command=$!
  while kill -0 "$command" 2>/dev/null; do
    beat
    sleep 1
  done
  code=0
  wait "$command" || code=$?
  [ -s /own/out/stdout ] || rm /own/out/stdout
  tail -n 20 /tmp/words | cut -c 1-500 >/own/words
  rm /tmp/words
}

while :; do
  beat
  request=$(cat /own/request 2>/dev/null) || request=''
  if [ -n "$request" ] && ! answered "$request"; then
    run "$@"
    echo "$request $code" >/own/answer.new
    mv /own/answer.new /own/answer
  fi
  sleep 1 &
  wait $! || true
done
