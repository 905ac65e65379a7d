#!/bin/sh
# The lock of a stack on its host: who may change it, and until when by the host's own clock.
#
#   lock.sh STACK take ID KIND KEY LEASE WAIT OWNER REASON LINK
#   lock.sh STACK renew ID LEASE
#   lock.sh STACK release ID       only the lock of this id
#   lock.sh STACK break            whoever holds it
#   lock.sh STACK show
#
# KIND    deployment, operation or freeze. A freeze is held by a person and given back by one.
# KEY     what tells one state of Pulumi's from another: Pulumi itself lets one deployment at a time work on it, so that
#         a lock of the same key was left by one that was killed, and is taken over
# LEASE   seconds until the lock frees itself unless it is renewed; 0: never
# WAIT    seconds to wait for one that holds it
#
# Prints a lock as NAME=VALUE lines: the one that was taken, with `former_*` of the one that ended without giving it
# back; the one of another with exit status 3. `now` is the host's clock, in seconds since 1970.
set -eu
stack=$1 action=$2
shift 2
umask 077
folder=$SOCLE_STATE/$stack
file=$folder/lock

# One reader or writer at a time. Where there is no flock (macOS), making a folder is what only one can do.
guarded() {
  if command -v flock >/dev/null 2>&1; then
    (
      flock -w 10 9
      "$@"
    ) 9<"$SOCLE_STATE"
  else
    tries=0
    until mkdir "$SOCLE_STATE/guarded" 2>/dev/null; do
      tries=$((tries + 1))
      # It is held for an instant; after this long, who made it was killed.
      if [ "$tries" -ge 100 ]; then rmdir "$SOCLE_STATE/guarded" 2>/dev/null || true; fi
      sleep 0.1
    done
    status=0
    ("$@") || status=$?
    rmdir "$SOCLE_STATE/guarded"
    return "$status"
  fi
}

value() { sed -n "s/^$1=//p" "$file" 2>/dev/null; }
line() { printf '%s' "$1" | tr '\n\r' '  '; }
now() { date +%s; }
held() {
  [ -f "$file" ] || return 1
  until=$(value until)
  [ "$until" = 0 ] || [ "$until" -gt "$(now)" ]
}
shown() {
  cat "$file"
  echo "now=$(now)"
}

write() {
  cat >"$file.new"
  mv "$file.new" "$file"
}

ending() { [ "$1" = 0 ] && echo 0 || echo $(($(now) + $1)); }

take() {
  former=''
  mkdir -p "$folder"
  if held; then
    if [ "$(value id)" = "$id" ]; then
      shown
      echo joined=yes
      return
    fi
    if [ "$kind" != deployment ] || [ "$(value kind)" != deployment ] || [ "$(value key)" != "$key" ]; then
      shown
      return 3
    fi
  fi
  if [ -f "$file" ] && [ "$(value kind)" != freeze ]; then
    former=$(sed -n 's/^\(owner\|since\|kind\)=/former_&/p' "$file")
  fi
  write <<END
id=$id
kind=$kind
key=$key
owner=$(line "$owner")
reason=$(line "$reason")
link=$(line "$link")
since=$(now)
until=$(ending "$lease")
END
  shown
  if [ -n "$former" ]; then printf '%s\n' "$former"; fi
}

renew() {
  # One that is not there any more was taken away or has run out: it is not taken again unasked.
  [ "$(value id)" = "$id" ] || return 4
  sed "s/^until=.*/until=$(ending "$lease")/" "$file" >"$file.new"
  mv "$file.new" "$file"
  shown
}

release() {
  [ -z "$id" ] || [ "$(value id)" = "$id" ] || return 0
  rm -f "$file"
  # A host that was refused is left as it was found.
  rmdir "$folder" 2>/dev/null || true
}

case $action in
  take)
    id=$1 kind=$2 key=$3 lease=$4 wait=$5 owner=$6 reason=$7 link=$8
    mkdir -p "$SOCLE_STATE"
    tries=0
    while :; do
      status=0
      found=$(guarded take) || status=$?
      if [ "$status" != 3 ] || [ "$tries" -ge "$wait" ]; then break; fi
      tries=$((tries + 1))
      sleep 1
    done
    printf '%s\n' "$found"
    exit "$status"
    ;;
  renew)
    id=$1 lease=$2
    [ -d "$folder" ] || exit 4
    guarded renew
    ;;
  release | break)
    id=${1:-}
    [ -d "$folder" ] || exit 0
    guarded release
    ;;
  show) if held; then shown; fi ;;
esac
