#!/bin/sh
# Brings backups from another repository, $RESTIC_REPOSITORY, into one on this server: from the off-site one, or from one
# that was left beside.
#
#   fetch.sh KEY REPOSITORY [SNAPSHOT...]      default: all
#
# KEY: `own`, or `given` where standard input holds the key that the other repository was made with, or nothing. Where it is
# not the stack's own, that one opens the other repository from then on too.
set -eu
key=$1 target=$2
shift 2
other=$RESTIC_REPOSITORY own=$RESTIC_PASSWORD_FILE
case $other in
  /backups/*) called="the repository ${other##*/}" from=" --from ${other##*/}" ;;
  *) called='the off-site repository' from='' ;;
esac
# Also the container's own, whose lock this has not.
RESTIC_CACHE_DIR=${RESTIC_CACHE_DIR%/*}/fetch-cache
export RESTIC_CACHE_DIR
work=$(mktemp -d /tmp/fetch.XXXXXX)
trap 'rm -rf "$RESTIC_CACHE_DIR" "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
say() { echo "fetch: $*" >&2; }
sh /tools/offsite-login.sh
umask 077
if [ "$key" = given ]; then cat >"$work/key"; else : >"$work/key"; fi
opened() { timeout 30 /tools/restic --quiet --no-lock --password-file "$work/key" cat config >/dev/null; }
code=0
if [ -s "$work/key" ]; then
  opened || code=$?
else
  cp "$own" "$work/key"
  opened || code=$?
  if [ "$code" -eq 12 ]; then
    code=0
    timeout 60 sh /tools/adopt.sh || code=$?
  fi
fi
case $code in
  0) ;;
  10) say "$called is not there; nothing was changed."; exit 1 ;;
  12) say "the key does not open $called; nothing was changed. Give the one that was kept: socle backup fetch$from --key FILE"; exit 1 ;;
  *) say "$called was not reached; nothing was changed."; exit 1 ;;
esac

# What is another stack's stays there: the snapshots say of which they are.
/tools/restic --quiet --no-lock --password-file "$work/key" snapshots --json "$@" >"$work/snapshots"
foreign=$(grep -o '"hostname":"[^"]*"' "$work/snapshots" | sort -u | sed 's/.*:"//; s/"$//' | grep -v -x -F "$STACK" | head -n 1) || true
if [ -n "$foreign" ]; then
  say "$called has backups of $foreign: data of one stack is never brought to another; nothing was changed. To fill a staging stack with anonymised data: socle refresh"
  exit 1
fi

into() { /tools/restic --quiet --repo "$target" --password-file "$own" "$@" --from-repo "$other" --from-password-file "$work/key"; }
if [ "$target" = /backups/repository ]; then
  # A backup that is at work has its way first.
  exec 9>/backups/lock
  flock 9
fi
[ -e "$target/config" ] || into init --copy-chunker-params >&2
say 'bringing the backups here'
# Of what is newest the archived changes are no backup by themselves.
if [ "$*" = latest ]; then set -- latest --tag scheduled --tag release --tag manual --tag restore; fi
# The repository is only read, and a server that was lost in the middle of a copy has left its lock there.
into copy --no-lock "$@" >&2
code=0
/tools/restic --quiet --no-lock cat config >/dev/null 2>&1 || code=$?
if [ "$code" -eq 12 ]; then
  # Of the server that was lost. Whether their process is gone cannot be told from its number: here it may be another's.
  /tools/restic --quiet --password-file "$work/key" unlock --remove-all >&2
  /tools/restic --quiet --password-file "$work/key" key add --new-password-file "$own" >&2
  say "this stack's own key opens $called from now on, beside the one that was given"
fi
say 'done'
