#!/bin/sh
# shellcheck disable=SC2154,SC2034 # variables are those of the script that reads this one
# Part of apply.sh: a share of the visitors sees the new release first, and the others only if these fare well.
#
# It needs what apply.sh was given and has. Who visits keeps the release that he got, by address and
# browser. What is asked from within Nginx's container, as by the smoke checks, is answered by the new release.

canary_state=$SOCLE_STATE/$stack/canary

# What a configuration leads to, from its text: NAME:PORT of the backend, folder of the single-page application.
# shellcheck disable=SC2016 # a variable of Nginx
upstream_of() { sed -n 's/.*set $application "\([^"]*\)".*/\1/p' | head -n 1; }
frontend_of() { sed -n 's|.*root /srv/frontend/\([^;]*\);.*|\1|p' | head -n 1; }

# The configuration that was handed over, with a choice in it: canary_configuration PREVIOUS
canary_configuration() {
  printf '%s\n' "$input" | awk -v name="$configuration" -v share="$canary_share" -v upstream="$upstream" -v folder="$(printf '%s\n' "$input" | frontend_of)" \
    -v former_upstream="$(printf '%s\n' "$1" | upstream_of)" -v former_folder="$(printf '%s\n' "$1" | frontend_of)" '
    /^http [{]/ {
      print
      print "  split_clients \"$remote_addr$http_user_agent\" $drawn { " share "% new; * former; }"
      print "  map $remote_addr $canary { default $drawn; 127.0.0.1 new; }"
      print "  map $canary $canary_application { new \"" upstream "\"; former \"" former_upstream "\"; }"
      print "  map $canary $canary_frontend { new \"" folder "\"; former \"" (former_folder == "" ? folder : former_folder) "\"; }"
      print "  map \"$canary $status\" $canary_failed { default 0; \"~^new 5\" 1; }"
      print "  log_format canary \"$time_iso8601 $status $request_method $uri\";"
      print "  access_log /var/cache/socle/canary.log canary if=$canary_failed;"
      next
    }
    /set [$]application "/ { sub(/"[^"]*"/, "$canary_application") }
    { sub(/root \/srv\/frontend\/[^;]*/, "root /srv/frontend/$canary_frontend"); sub("return 200 \"" name, "&-canary"); print }
  '
}

canary_errors() { docker exec "$container" sh -c 'cat /var/cache/socle/canary.log 2>/dev/null' | grep -c . || true; }

# What is decided from outside (host/nginx/promote.sh): `promote` or `back`; nothing so far.
decision() { sed -n 's/^decision=//p' "$canary_state" 2>/dev/null || true; }

canary_over() { rm -f "$canary_state"; }

# Until the time is over or somebody decides; fails where the new release does.
watch_canary() {
  began=$(date +%s)
  asked=$began
  while :; do
    case $(decision) in
      promote) return 0 ;;
      back)
        echo "The canary was taken back by $(sed -n 's/^by=//p' "$canary_state")." >&2
        return 1
        ;;
    esac
    now=$(date +%s)
    if [ "$canary_seconds" != 0 ] && [ $((now - began)) -ge "$canary_seconds" ]; then return 0; fi
    failed=$(canary_errors)
    if [ "$failed" -gt "$canary_errors" ]; then
      {
        echo "The canary failed: visitors of the new release got $failed answers of a status from 500 on, more than $canary_errors (release.canary.errors). The last:"
        docker exec "$container" tail -n 5 /var/cache/socle/canary.log | indented
      } >&2
      return 1
    fi
    if ! running "$backend"; then
      echo "The canary failed: $backend does not run." >&2
      return 1
    fi
    if [ $((now - asked)) -ge 10 ]; then
      smoke || return 1
      asked=$now
    fi
    sleep 1
  done
}

shown=no
# Shows the new release to a share of the visitors; fails where it should not get the others.
try_canary() {
  # shellcheck disable=SC2016 # runs in the container
  serves_now=$(beside 'cat "./$1/nginx.conf" 2>/dev/null || true' of "${serving:-none}" </dev/null)
  behind=$(printf '%s\n' "$serves_now" | upstream_of)
  # A change of Nginx's own settings is no other release.
  if [ -z "$behind" ] || [ "$behind" = "$upstream" ] || ! running "${behind%%:*}"; then return 0; fi
  docker exec "$container" sh -c 'rm -f /var/cache/socle/canary.log'
  try_out "$configuration-canary" "$(canary_configuration "$serves_now")"
  install || {
    stop_worker
    exit 1
  }
  shown=yes
  tell_former_workers TTOU
  reload
  serves "$configuration-canary" || return 1
  printf 'release=%s\nshare=%s\nsince=%s\nlasting=%s\n' "$release" "$canary_share" "$(date +%s)" "$canary_seconds" >"$canary_state"
  lasting='until it is promoted'
  [ "$canary_seconds" = 0 ] || lasting="for $canary_seconds s, or $lasting"
  echo "canary: $canary_share % of the visitors see the new release $lasting"
  smoke && watch_canary
}
