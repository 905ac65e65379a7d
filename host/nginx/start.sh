#!/bin/sh
# Serves, and takes up a renewed certificate within seconds: Certbot has no way to the engine, nor needs one.
set -eu
configuration=/etc/socle/current/nginx.conf
mkdir -p /var/cache/socle/client_body

certificate() { cksum /etc/certificates/site.pem 2>/dev/null || true; }

watch() {
  served=$(certificate)
  while sleep 5; do
    found=$(certificate)
    [ "$found" != "$served" ] || continue
    # A file that is no certificate fails the test; the former one goes on serving.
    if nginx -t -q -c "$configuration"; then
      echo "certificate changed: reloading" >&2
      nginx -s reload -c "$configuration"
      served=$found
    fi
  done
}

watch &
exec nginx -c "$configuration" -g 'daemon off;'
