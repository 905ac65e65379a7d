#!/bin/sh
# Adds a release to the stack's record on its host: a line of JSON that holds the hash of the line before.
#
#   record.sh STACK RESULT [REASON]      RESULT: succeeded or failed; standard input: what was released, JSON on one line
#
# A release that succeeded is added only where it is another than the one before. Prints number and hash as JSON.
# Each line ends with its own hash: SHA-256 of the line without that last field.
set -eu
stack=$1 result=$2 reason=${3:-}
umask 077
folder=$SOCLE_STATE/$stack
mkdir -p "$folder"
file=$folder/releases.jsonl
touch "$file"

sha256() { if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1; }
text() { printf '%s' "$1" | tr '\n\r\t' '   ' | tr -d '\001-\037' | sed 's/[\\"]/\\&/g'; }
# Of the deployment that holds the stack's lock.
held() { sed -n "s/^$1=//p" "$folder/lock" 2>/dev/null | head -n 1 || true; }
migrated() { tail -n 1 "$folder/migrations.jsonl" 2>/dev/null | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

if command -v flock >/dev/null 2>&1; then
  exec 9<"$folder"
  flock -w 30 9
fi
released=$(cat)
content=$(printf '%s' "$released" | sha256)
last=$(tail -n 1 "$file")
number=$(printf '%s' "$last" | sed -n 's/^{"number":\([0-9]*\),.*/\1/p')
previous=$(printf '%s' "$last" | sed -n 's/.*,"hash":"\([0-9a-f]*\)"}$/\1/p')
case $last in
  "{\"number\":$number,\"result\":\"$result\",\"content\":\"$content\","*)
    if [ "$result" = succeeded ]; then
      printf '{"number":%s,"hash":"%s"}\n' "$number" "$previous"
      exit 0
    fi
    ;;
esac
# A line that a power cut left unfinished stays by itself, as what it is.
if [ -n "$(tail -c 1 "$file")" ]; then echo >>"$file"; fi
if [ -z "$number" ]; then number=$(wc -l <"$file"); fi
number=$((number + 1))

when=$(date -u +%Y-%m-%dT%H:%M:%SZ)
after=$(migrated after)
# Migrations that ran since the release before.
before=$after
former=$(printf '%s' "$last" | sed -n 's/.*,"when":"\([^"]*\)".*/\1/p')
ran=$(migrated when)
if [ -n "$ran" ] && [ "$(printf '%s\n%s\n' "$former" "$ran" | sort | tail -n 1)" = "$ran" ]; then before=$(migrated before); fi
# Seconds since 1970 in the form of `when`: GNU and BusyBox, else BSD.
moment() { [ -z "$1" ] || date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ; }
began=$(moment "$(held since)")
# What host/nginx/apply.sh wrote when the traffic moved.
hash=$(printf '%s' "$released" | sed -n 's/^{"image":"[^"]*",\("digest":"[^"]*",\)\{0,1\}"release":"\([^"]*\)".*/\2/p')
served=''
if [ "$result" = succeeded ] && [ -n "$hash" ]; then served=$(sed -n "s/^$hash //p" "$folder/served" 2>/dev/null || true); fi
nginx=$(docker exec "$stack-nginx" readlink /etc/socle/current 2>/dev/null || true)

line="{\"number\":$number,\"result\":\"$result\",\"content\":\"$content\",\"when\":\"$when\",\"began\":\"$began\",\"served\":\"$served\",\"who\":\"$(text "$(held owner)")\",\"link\":\"$(text "$(held link)")\",\
\"reason\":\"$(text "$reason")\",\"heads\":{\"before\":\"$before\",\"after\":\"$after\"},\"nginx\":\"$nginx\",\"released\":$released,\"previous\":\"$previous\"}"
hash=$(printf '%s' "$line" | sha256)
printf '%s,"hash":"%s"}\n' "${line%\}}" "$hash" >>"$file"
sync "$file" 2>/dev/null || true
printf '{"number":%s,"hash":"%s"}\n' "$number" "$hash"
