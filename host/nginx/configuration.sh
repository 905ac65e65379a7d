#!/bin/sh
# shellcheck disable=SC2154 # variables are those of the script that reads this one
# Part of apply.sh: how a configuration comes to where Nginx loads it from, and what serves.
#
# It needs: $container, $image, $volume, $certificates, and $work, a folder.

running() { [ "$(docker inspect --format '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }
safely() {
  docker run --rm --user 101:101 --read-only --cap-drop ALL --security-opt no-new-privileges:true --log-driver none "$@"
}
# A throw-away container of Nginx's image with its configuration and certificates; it may write the configuration.
beside() {
  safely --interactive --network none --tmpfs /tmp:uid=101 --tmpfs /var/cache/socle:uid=101 --workdir /etc/socle \
    --mount "type=volume,source=$volume,target=/etc/socle,volume-nocopy" \
    --mount "type=volume,source=$certificates,target=/etc/certificates,volume-nocopy,readonly" \
    --entrypoint /bin/sh "$image" -euc "$@"
}
# Nginx may be dying: it takes the configuration up when it starts, too. What serves is asked afterwards.
# Not by `docker kill`, which keeps the engine from starting it again where it ends.
reload() { docker exec "$container" sh -c 'kill -HUP 1' >/dev/null 2>&1 || true; }
# Whether what serves leads to a backend: leads_to NAME:PORT
leads_to() { docker exec "$container" grep -Fq "\"$1\"" /etc/socle/current/nginx.conf 2>/dev/null; }
answer() { docker exec "$container" curl -fsS --max-time 2 http://127.0.0.1:8081/configuration 2>/dev/null || true; }

# Waits until a configuration serves, 20 s at most. Several answers in a row: Nginx lets its old workers accept for a
# tenth of a second beside the new ones.
serves() {
  patient=$(($(date +%s) + 20))
  # shellcheck disable=SC2016 # runs in the container
  until docker exec "$container" sh -c '
    agreeing=0
    while [ "$agreeing" -lt 5 ]; do
      if [ "$(curl -fsS --max-time 2 http://127.0.0.1:8081/configuration)" = "$1" ]; then agreeing=$((agreeing + 1)); else agreeing=0; fi
      [ "$(date +%s)" -lt "$2" ] || exit 1
      sleep 0.1
    done' serves "$1" "$patient" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$patient" ] || return 1
    sleep 0.1
  done
}

# Tests a configuration, a text, in the background; `install` then puts it where Nginx loads it from: try_out NAME TEXT
# Post-quantum key agreement where the image's OpenSSL (3.5 or newer) has it, else Mozilla's list without it.
try_out() {
  end='# end of the configuration'
  mkfifo "$work/word"
  # shellcheck disable=SC2016 # runs in the container
  beside '
  # What host/maintenance.sh sets; until then nobody is let through, and nothing is on.
  if [ ! -e maintenance/settings.conf ]; then
    mkdir -p maintenance
    printf "%s\n" "map \"\" \$maintenance_settings { default none; }" "map \"\" \$maintenance_retry { default 600; }" \
      "geo \$maintenance_exempt { default 0; 127.0.0.0/8 1; }" >maintenance/settings.conf
  fi
  rm -rf "$1.new"
  mkdir "$1.new"
  while IFS= read -r line && [ "$line" != "$2" ]; do printf "%s\n" "$line"; done >"$1.new/nginx.conf"
  accepted=no
  for curves in X25519MLKEM768:X25519:prime256v1:secp384r1 X25519:prime256v1:secp384r1; do
    echo "ssl_ecdh_curve $curves;" >"$1.new/tls-curves.conf"
    if nginx -t -q -c "/etc/socle/$1.new/nginx.conf" 2>/tmp/problem; then
      accepted=yes
      break
    fi
    grep -q curve /tmp/problem || break
  done
  if [ "$accepted" = no ]; then
    cat /tmp/problem >&2
    rm -rf "$1.new"
    echo "nginx -t refused the configuration; the former one goes on serving." >&2
    exit 1
  fi
  # Nobody says it where the release is given up.
  if ! IFS= read -r serving; then
    rm -rf "$1.new"
    exit 0
  fi
  rm -rf "$1"
  mv "$1.new" "$1"
  # The former one is what serves, not what a deployment that was cut off had begun to load.
  if [ "$serving" != "$1" ] && [ -d "./$serving" ] && [ -n "$serving" ]; then echo "$serving" >former; fi
  ln -sfn "$1" current.new
  mv -T current.new current
  for old in */; do
    old=${old%/}
    case "$old" in "$1" | "$(cat former 2>/dev/null)" | current | maintenance) ;; *) rm -rf "${old:?}" ;; esac
  done
' try "$1" "$end" <"$work/word" &
  trying=$!
  exec 3>"$work/word"
  rm "$work/word"
  tell "$2" "$end"
}
# Lines to the one that is tried, which may have ended.
tell() { (trap '' PIPE && printf '%s\n' "$@" >&3) 2>/dev/null || true; }
# Fails where the configuration was refused.
install() {
  tell "$serving"
  exec 3>&-
  wait "$trying"
}
# The one that is tried is given up.
give_up() {
  [ -n "${trying:-}" ] || return 0
  exec 3>&-
  wait "$trying" || true
}
