#!/bin/sh
# Brings a configuration to Nginx: tested before it is ever loaded, loaded without dropping a connection, verified.
#
#   apply.sh CONTAINER IMAGE VOLUME CERTIFICATES CONFIGURATION DRAIN
#
# Standard input: nginx.conf. CONFIGURATION is its name; DRAIN the seconds that old connections may last.
set -eu
container=$1 image=$2 volume=$3 certificates=$4 configuration=$5 drain=$6

# A throw-away container of Nginx's image with its configuration and certificates; it may write the configuration.
beside() {
  docker run --rm --interactive --network none --user 101:101 --read-only --cap-drop ALL --security-opt no-new-privileges:true \
    --log-driver none --tmpfs /tmp:uid=101 --tmpfs /var/cache/socle:uid=101 --workdir /etc/socle \
    --mount "type=volume,source=$volume,target=/etc/socle,volume-nocopy" \
    --mount "type=volume,source=$certificates,target=/etc/certificates,volume-nocopy,readonly" \
    --entrypoint /bin/sh "$image" -euc "$@"
}
running() { [ "$(docker inspect --format '{{.State.Running}}' "$container" 2>/dev/null)" = true ]; }
reload() { docker exec "$container" nginx -s reload -c /etc/socle/current/nginx.conf; }
answer() { docker exec "$container" curl -fsS --max-time 2 http://127.0.0.1:8081/configuration 2>/dev/null || true; }
draining() { docker exec "$container" sh -c 'cat /proc/[0-9]*/cmdline 2>/dev/null' | tr '\0' '\n' | grep -q 'worker process is shutting down'; }

# Post-quantum key agreement where the image's OpenSSL (3.5 or newer) has it, else Mozilla's list without it.
# shellcheck disable=SC2016 # runs in the container
beside '
  rm -rf "$1.new"
  mkdir "$1.new"
  cat >"$1.new/nginx.conf"
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
  rm -rf "$1"
  mv "$1.new" "$1"
  if [ -L current ]; then readlink current >former; fi
  ln -sfn "$1" current.new
  mv -T current.new current
  for old in */; do
    old=${old%/}
    case "$old" in "$1" | "$(cat former 2>/dev/null)" | current) ;; *) rm -rf "${old:?}" ;; esac
  done
' apply "$configuration"

if ! running; then exit 0; fi

reload
tries=0
# Several answers in a row: until the last old worker stops accepting, one may still answer.
agreeing=0
while [ "$agreeing" -lt 5 ]; do
  if [ "$(answer)" = "$configuration" ]; then
    agreeing=$((agreeing + 1))
  else
    agreeing=0
    tries=$((tries + 1))
    sleep 0.1
  fi
  if [ "$tries" -ge 100 ]; then
    # shellcheck disable=SC2016 # runs in the container
    beside 'ln -sfn "$(cat former)" current.new; mv -T current.new current'
    reload
    echo "Nginx did not take up the configuration; the former one is back." >&2
    docker logs --tail 20 "$container" >&2
    exit 1
  fi
done
waited=0
while draining && [ "$waited" -lt $((drain + 5)) ]; do
  sleep 1
  waited=$((waited + 1))
done
echo "Nginx serves configuration $configuration; old connections ended after $waited s"
