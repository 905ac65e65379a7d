#!/bin/sh
# The part that a site's own command has in a backup: asked for in its container (own.sh), waited for, left in /own/out.
#
#   . /tools/own-part.sh; own_part FAMILY
#
# Who sources this has `say`, and reads in `step` how far it came. OWN_COMMAND is `yes` where there is such a command.
own_part() {
  own='' # What goes into the backup besides.
  [ "${OWN_COMMAND:-}" = yes ] || return 0
  step="the site's own backup command"
  say "$step"
  # Before the migrations of the release that brought the command, its container is not there yet.
  if [ ! -e /own/heartbeat ] && [ "$1" = release ]; then
    say 'its container is yet to come; this backup is without its part'
    return 0
  fi
  request=$(date +%s)-$$
  echo "$request" >/own/request.new
  mv /own/request.new /own/request
  silent=0
  until [ "$(cut -d ' ' -f 1 /own/answer 2>/dev/null)" = "$request" ]; do
    sleep 1
    if [ -n "$(find /own/heartbeat -newermt '-15 seconds' 2>/dev/null)" ]; then silent=0; else silent=$((silent + 1)); fi
    if [ "$silent" -ge 60 ]; then
      say 'its container does not answer: see socle logs export'
      return 1
    fi
  done
  code=$(cut -d ' ' -f 2 /own/answer)
  if [ "$code" -ne 0 ]; then
    say "it ended with exit status $code$([ "$code" -ne 124 ] || echo ', its time was over (backup.commandTimeout)'); its last words:"
    sed 's/^/    /' /own/words >&2
    return 1
  fi
  # shellcheck disable=SC2034 # for who sources this
  own=/own/out
}
