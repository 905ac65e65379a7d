#!/bin/sh
# Keeps the logins under way at a server few: sshd drops connections once ten have not logged in yet (MaxStartups), and
# Pulumi takes as many steps side by side as it is told to. Started by the ssh that logs in, $PPID:
#
#   login.sh begin SERVER ALIAS   before it connects: waits for one of that server's places, and goes on without one
#                                 where for some 30 s none changed hands
#   login.sh end                  once it is logged in: gives the place back
#
# A place is a folder that holds one file, named by the process id of its ssh. An ssh that ended without a login leaves
# both behind, and the next one takes them over: only one process can remove the file. Without a folder of our own there
# are no places, and nothing waits.
#
# Reads nothing and prints nothing: standard input and output belong to the session.
set -u
umask 077

places='1 2 3 4'
user=$(id -u)
folder=${TMPDIR:-/tmp}/socle-logins-$user

ours() {
  [ -n "$(find "$folder" -prune -type d -user "$user" -perm 700 2>/dev/null)" ]
}

if [ "$1" = end ]; then
  ours || exit 0
  for held in "$folder"/*/"$PPID"; do
    rm -f "$held"
    rmdir "${held%/*}" 2>/dev/null
  done
  exit 0
fi

# A bastion's login is part of one that has a place, and may go through a connection that the user keeps open.
[ "$3" = socle ] || exit 0
[ -d "$folder" ] || mkdir "$folder" 2>/dev/null
ours || exit 0
# No login takes that long (sshd_config(5): LoginGraceTime): its process id has been given to another process since.
find "$folder" -mindepth 1 -mmin +10 -delete 2>/dev/null
# ssh may read its configuration twice.
for held in "$folder"/*/"$PPID"; do
  [ ! -e "$held" ] || exit 0
done

turns=0
seen=
while [ "$turns" -lt 150 ]; do
  holders=
  for number in $places; do
    place=$folder/$2.$number
    if [ ! -d "$place" ] && mkdir "$place" 2>/dev/null; then
      : >"$place/$PPID"
      exit 0
    fi
    for holder in "$place"/*; do
      holders="$holders $holder"
      # Empty: somebody is about to take it, or to give it back.
      [ "$holder" != "$place/*" ] || continue
      if ! kill -0 "${holder##*/}" 2>/dev/null && rm "$holder" 2>/dev/null; then
        : >"$place/$PPID"
        exit 0
      fi
    done
  done
  [ "$holders" = "$seen" ] || turns=0
  seen=$holders
  turns=$((turns + 1))
  sleep 0.2
done
