#!/bin/sh
# Maintenance: Nginx answers 503 to all but the health path, ACME challenges and the addresses that are let through.
#
#   maintenance.sh CONTAINER on RETRY SECONDS OWNER REASON [ADDRESS...]     standard input: the page
#   maintenance.sh CONTAINER off
#   maintenance.sh CONTAINER status
#
# RETRY     seconds after which clients are asked to try again (Retry-After)
# SECONDS   after which it ends by itself; 0: not by itself
# ADDRESS   address or network (CIDR) that sees the site as ever
#
# A file that is there or not decides, which Nginx asks for at every request: it is switched at once, without a reload,
# and outlives reloads, releases and restarts. Only another RETRY, or other addresses, have to be loaded.
# Prints what is on as NAME=VALUE lines; nothing when it is off.
set -eu
container=$1 action=$2
shift 2
folder=/var/cache/socle/maintenance

if [ "$(docker inspect --format '{{.State.Running}}' "$container" 2>/dev/null)" != true ]; then
  printf 'Nginx (%s) does not run.\n    → See npm run -s socle -- status.\n' "$container" >&2
  exit 1
fi
within() { docker exec --interactive "$container" "$@"; }
line() { printf '%s' "$1" | tr '\n\r' '  '; }

loaded() { within curl -fsS --max-time 2 http://127.0.0.1:8081/maintenance 2>/dev/null || true; }

# settings NAME RETRY ADDRESS...
settings() {
  # shellcheck disable=SC2016 # variables of Nginx
  printf '# Written by Socle.\nmap "" $maintenance_settings { default %s; }\nmap "" $maintenance_retry { default %s; }\n' "$1" "$2"
  shift 2
  # From within its own container: checks of a release see the site.
  # shellcheck disable=SC2016
  printf 'geo $maintenance_exempt {\n  default 0;\n  127.0.0.0/8 1;\n'
  for address in "$@"; do printf '  %s 1;\n' "$address"; done
  echo '}'
}

# The volume can be written from beside Nginx only.
load() {
  image=$(docker inspect --format '{{.Image}}' "$container")
  volume=$(docker inspect --format '{{range .Mounts}}{{if eq .Destination "/etc/socle"}}{{.Name}}{{end}}{{end}}' "$container")
  settings "$@" | docker run --rm --interactive --network none --user 101:101 --read-only --cap-drop ALL \
    --security-opt no-new-privileges:true --log-driver none --mount "type=volume,source=$volume,target=/etc/socle,volume-nocopy" \
    --entrypoint /bin/sh "$image" -euc 'cat >/etc/socle/maintenance/settings.conf.new; cd /etc/socle/maintenance; mv settings.conf.new settings.conf'
  within nginx -t -q -c /etc/socle/current/nginx.conf
  within nginx -s reload -c /etc/socle/current/nginx.conf
  tries=0
  # Several answers in a row: one may still come from a worker of before.
  agreeing=0
  while [ "$agreeing" -lt 5 ]; do
    if [ "$(loaded)" = "$1" ]; then agreeing=$((agreeing + 1)); else
      agreeing=0
      tries=$((tries + 1))
      sleep 0.1
    fi
    if [ "$tries" -ge 100 ]; then
      echo "Nginx did not take up the settings of the maintenance; it was not switched on." >&2
      exit 1
    fi
  done
}

case $action in
  on)
    retry=$1 seconds=$2 owner=$3 reason=$4
    shift 4
    now=$(date +%s)
    until=0
    if [ "$seconds" != 0 ]; then until=$((now + seconds)); fi
    name=$(printf '%s\n' "$retry" "$@" | cksum | cut -d ' ' -f 1)
    page=$(cat)
    if [ "$(loaded)" != "$name" ]; then load "$name" "$retry" "$@"; fi
    # shellcheck disable=SC2016 # runs in the container
    printf '%s\n' "$page" | within sh -euc '
      mkdir -p "$1"
      cd "$1"
      cat >page.html.new
      mv page.html.new page.html
      echo "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"detail\":\"The site is under maintenance. Try again later.\"}" >problem.json
      printf "%s\n" "$2" >on.new
      mv on.new on
    ' maintenance "$folder" "$(printf 'since=%s\nuntil=%s\nretry=%s\nowner=%s\nreason=%s\nallowed=%s' "$now" "$until" "$retry" "$(line "$owner")" "$(line "$reason")" "$*")"
    ;;
  off)
    within rm -f "$folder/on"
    ;;
esac
# shellcheck disable=SC2016 # runs in the container
within sh -c 'if [ -e "$1/on" ]; then cat "$1/on"; echo "now=$(date +%s)"; fi' maintenance "$folder"
