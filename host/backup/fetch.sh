#!/bin/sh
# Brings backups from the off-site repository into one on this server.
#
#   fetch.sh KEY REPOSITORY [SNAPSHOT...]      default: all
#
# KEY: `own`, or `given` where standard input holds the key that the off-site repository was made with, or nothing. With
# another one, the stack's own opens it from then on too.
set -eu
key=$1 target=$2
shift 2
offsite=$RESTIC_REPOSITORY own=$RESTIC_PASSWORD_FILE
# Also the off-site container's, whose lock this has not.
export RESTIC_CACHE_DIR=/offsite/fetch-cache
trap 'rm -rf /offsite/fetch-cache' EXIT
say() { echo "fetch: $*" >&2; }
sh /tools/offsite-login.sh
umask 077
if [ "$key" = given ]; then cat >/tmp/key; else : >/tmp/key; fi
[ -s /tmp/key ] || cp "$own" /tmp/key

code=0
timeout 30 /tools/restic --quiet --no-lock --password-file /tmp/key cat config >/dev/null || code=$?
case $code in
  0) ;;
  10) say 'there is no off-site repository yet; nothing was changed.'; exit 1 ;;
  12) say 'the key does not open the off-site repository; nothing was changed. Give the one that was kept: socle backup fetch --key FILE'; exit 1 ;;
  *) say 'the off-site target was not reached; nothing was changed.'; exit 1 ;;
esac

# What is another stack's stays there: the snapshots say of which they are.
/tools/restic --quiet --no-lock --password-file /tmp/key snapshots --json "$@" >/tmp/snapshots
foreign=$(grep -o '"hostname":"[^"]*"' /tmp/snapshots | sort -u | sed 's/.*:"//; s/"$//' | grep -v -x -F "$STACK" | head -n 1) || true
if [ -n "$foreign" ]; then
  say "the off-site repository has backups of $foreign: data of one stack is never brought to another; nothing was changed. To fill a staging stack with anonymised data: socle refresh"
  exit 1
fi

into() { /tools/restic --quiet --repo "$target" --password-file "$own" "$@" --from-repo "$offsite" --from-password-file /tmp/key; }
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
  /tools/restic --quiet --password-file /tmp/key unlock --remove-all >&2
  /tools/restic --quiet --password-file /tmp/key key add --new-password-file "$own" >&2
  say "this stack's own key opens the off-site repository from now on, beside the one that was given"
fi
say 'done'
