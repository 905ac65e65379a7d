#!/bin/sh
# Serves, and takes up a renewed certificate within seconds: Certbot has no way to the engine, nor needs one.
set -eu
configuration=/etc/socle/current/nginx.conf
mkdir -p /var/cache/socle/client_body

certificate() { cksum /etc/certificates/site.pem 2>/dev/null || true; }

# One that was begun for a time ends by itself.
end_maintenance() {
  until=$(sed -n 's/^until=//p' /var/cache/socle/maintenance/on 2>/dev/null) || true
  if [ "${until:-0}" != 0 ] && [ "$until" -le "$(date +%s)" ]; then
    echo "maintenance: its time is over" >&2
    rm -f /var/cache/socle/maintenance/on
  fi
}

watch() {
  served=$(certificate)
  while sleep 2; do
    end_maintenance
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
