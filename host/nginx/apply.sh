#!/bin/sh
# shellcheck disable=SC2031 # what healthy.sh sets in a subshell is its own
# Moves the traffic to a release, and back where it does not answer as it must: nothing former is gone by then.
#
#   apply.sh NAME=VALUE...
#
#   container, image, volume, network    of Nginx: its name, its image, where its configuration is, where it meets the backend
#   certificates                         volume with site.pem
#   configuration, drain                 name of the one on standard input; seconds that old connections may last
#   upstream, start                      the new backend, NAME:PORT; seconds that it may take to become healthy
#   worker, worker_start                 the new worker, where there is one; seconds that it may take
#   health, domains                      what Nginx asks the backend for, under each of these names, with commas between
#   release, hold                        its name; seconds between the smoke checks and the second time that they are asked
#   canary_share, canary_seconds, canary_errors    where a share of the visitors comes first (canary.sh)
#
# Waits until backend and worker are healthy; asks the backend from Nginx's place in the network; tests the configuration,
# loads it without dropping a connection and verifies that it serves; asks the smoke checks, waits and asks them again.
# Where one fails, the previous configuration serves again and the worker is stopped.
#
# Standard input: nginx.conf, with the smoke checks in it.
set -eu
takes='container image volume network certificates configuration drain upstream start worker= worker_start= health domains
release hold canary_share= canary_seconds= canary_errors='
# shellcheck source=host/arguments.sh
. ./arguments.sh
backend=${upstream%%:*} stack=${container%-nginx}
input=$(cat)

work=$(mktemp -d)
trap 'give_up; rm -rf "$work"' EXIT

# shellcheck source=host/nginx/configuration.sh
. ./nginx/configuration.sh
draining() { docker exec "$container" sh -c 'cat /proc/[0-9]*/cmdline 2>/dev/null' | tr '\0' '\n' | grep -q 'worker process is shutting down'; }

# shellcheck source=host/nginx/smoke.sh
. ./nginx/smoke.sh

# The container's own check may ask in another way than Nginx does: under the site's name, over HTTPS for the visitor.
probe() {
  set -- --silent --show-error --include --noproxy '*' --max-time 10 \
    --header "Host: $1" --header 'X-Forwarded-Proto: https' --header "X-Forwarded-Host: $1" "http://$upstream$health"
  for try in 1 2 3; do
    [ "$try" = 1 ] || sleep 1
    if running "$container"; then
      found=$(docker exec "$container" curl "$@" 2>&1 || true)
    else
      found=$(safely --network "$network" --entrypoint curl "$image" "$@" 2>&1 || true)
    fi
    got=$(printf '%s\n' "$found" | tr -d '\r' | status_of)
    [ "$got" != 200 ] || return 0
  done
  return 1
}
# The workers of other releases.
other_workers() {
  docker ps --format '{{.Names}}' --filter "label=socle.stack=$stack" --filter label=socle.service=worker | grep -vx "$worker" || true
}
# What the new backend orders, the former worker does not know: it rests (host/django/worker.py), or goes on (TTIN).
tell_former_workers() {
  [ -n "$worker" ] || return 0
  for other in $(other_workers); do docker exec "$other" sh -c "kill -$1 1" >/dev/null 2>&1 || true; done
}
# The new release's worker takes no more tasks, where the former one's is there to take them.
stop_worker() {
  [ -n "$worker" ] && [ -n "$(other_workers)" ] || return 0
  tell_former_workers TTIN
  docker stop "$worker" >/dev/null
}
last_lines() {
  printf 'The last lines of %s:\n' "$backend" >&2
  docker logs --tail 20 "$backend" 2>&1 | indented >&2
}
# In the background: becomes_healthy CONTAINER SECONDS. What it finds stands in a file until it is asked for.
becomes_healthy() {
  (
    set -- "$1" "$2" "$how"
    exec 2>"$work/$1"
    # shellcheck source=host/healthy.sh
    . ./healthy.sh
  ) &
}
# healthy PROCESS CONTAINER
healthy() {
  if wait "$1"; then
    echo "$2 is healthy"
    return
  fi
  cat "$work/$2" >&2
  return 1
}

# One that visitors are on already is not stopped, whatever becomes of it.
if leads_to "$upstream"; then how=alone; else how=beside; fi
becomes_healthy "$backend" "$start"
backend_waits=$!
if [ -n "$worker" ]; then
  becomes_healthy "$worker" "$worker_start"
  worker_waits=$!
fi
# Meanwhile: what takes its time is done when they are well.
[ -n "$canary_share" ] || try_out "$configuration" "$input"
answering=$(answer)
healthy "$backend_waits" "$backend" || {
  if [ -n "$worker" ]; then
    kill "$worker_waits" 2>/dev/null || true
    cat "$work/$worker" >&2
  fi
  [ "$how" = alone ] || stop_worker
  exit 1
}
if [ -n "$worker" ]; then healthy "$worker_waits" "$worker" || exit 1; fi
for domain in $(printf '%s' "$domains" | tr ',' ' '); do
  probe "$domain" && continue
  cat >&2 <<SAID
The new backend is healthy by its own check but does not answer as Nginx asks; no traffic was moved to it.
    asked     GET http://$upstream$health with Host: $domain and X-Forwarded-Proto: https
    expected  status 200
    found     ${got:+status }${got:-no answer: $(printf '%s' "$found" | head -n 1)}
    answer    $(printf '%s\n' "$found" | tr -d '\000\r' | sed '1,/^$/d' | tr '\n' ' ' | head -c 200)
    → A 400 means that site.allowedHosts lacks the domain, a redirect that the application ignores X-Forwarded-Proto.
SAID
  last_lines
  stop_worker
  exit 1
done

serving=$answering
# A deployment was cut off while a canary was seen: what served before it, serves the others still.
# shellcheck disable=SC2016 # runs in the container
case $serving in *-canary) serving=$(beside 'cat former' </dev/null) || serving='' ;; esac

load() {
  [ -z "$canary_share" ] || try_out "$configuration" "$input"
  install || {
    if [ "$shown" = yes ]; then refuse; fi
    stop_worker
    exit 1
  }
}
# shellcheck source=host/nginx/canary.sh
. ./nginx/canary.sh
if [ -z "$answering" ] && ! running "$container"; then
  load
  exit 0
fi

# The former configuration serves again, if what it leads to is still there.
put_back() {
  # shellcheck disable=SC2016 # runs in the container
  former=$(beside 'cat former 2>/dev/null || true' </dev/null)
  # shellcheck disable=SC2016 # runs in the container
  behind=$(beside 'sed -n "s/.*set \$application \"\([^:]*\):.*/\1/p" "$1/nginx.conf" 2>/dev/null | head -n 1' former "${former:-none}" </dev/null)
  if [ -z "$former" ] || [ "$former" = "$configuration" ] || ! running "$behind"; then
    echo "There is no former release that could serve again; this one goes on." >&2
    return
  fi
  # shellcheck disable=SC2016 # runs in the container
  beside 'nginx -t -q -c "/etc/socle/$1/nginx.conf"; ln -sfn "$1" current.new; mv -T current.new current' former "$former" </dev/null
  reload
  if serves "$former"; then
    echo "The traffic is back on the former release ($behind), whose containers are all still there." >&2
  else
    echo "The former configuration $former was loaded but does not answer: see docker logs $container." >&2
  fi
  stop_worker
}
refuse() {
  put_back
  canary_over
  last_lines
  echo "    → Mend the release, or name the former image again, and run pulumi up." >&2
  exit 1
}
mark_logs() {
  # shellcheck disable=SC2016 # runs in the container
  docker exec "$1" sh -c 'printf "%s\n" "$1" >/proc/1/fd/1' mark "$2" 2>/dev/null || true
}

canary_over
if [ -n "$canary_share" ]; then try_canary || refuse; fi
tell_former_workers TTOU
load
[ "$answering" = "$configuration" ] || reload
if ! serves "$configuration"; then
  echo "Nginx did not take up the configuration." >&2
  docker logs --tail 20 "$container" 2>&1 | indented >&2
  refuse
fi
moved=$(date -u +%Y-%m-%dT%H:%M:%SZ)
smoke || refuse
waited=0
while draining && [ "$waited" -lt $((drain + 5)) ]; do
  sleep 1
  waited=$((waited + 1))
done
if [ "$hold" -gt 0 ]; then
  sleep "$hold"
  smoke || refuse
fi
# For the record of releases, and so for the markers among the logs.
folder=$SOCLE_STATE/$stack
mkdir -p "$folder"
printf '%s %s\n' "$release" "$moved" >"$folder/served"
said="socle: release $release serves since $moved, configuration $configuration"
mark_logs "$container" "$said"
mark_logs "$backend" "$said"
canary_over
echo "Nginx serves configuration $configuration; old connections ended after $waited s"
