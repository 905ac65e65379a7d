#!/bin/sh
# Waits until the first certificate is served and says how it went. An ACME server that is down does not fail the
# deployment: the site serves with the certificate it has, and Certbot tries again by itself.
#
#   wait.sh NAME=VALUE...
set -eu
takes='container nginx seconds domains directory'
# shellcheck source=host/arguments.sh
. ./arguments.sh
status=''
waited=0
while [ "$waited" -lt "$seconds" ]; do
  # Nginx looks for another certificate every few seconds, so that one is issued before it is served.
  # shellcheck disable=SC2016 # runs in the container
  status=$(docker exec "$container" python3 -c '
import json, socket, ssl, sys
domains, directory, nginx = sys.argv[1:]
try:
    status = json.load(open("/etc/certificates/status.json"))
except OSError:
    sys.exit()
if ",".join(status["domains"]) != domains or status["directory"] != directory:
    sys.exit()
if status["problem"]:
    print(status["problem"])
    sys.exit()
end = "-----END CERTIFICATE-----\n"
pem = open("/etc/certificates/site.pem").read().split(end)[0] + end
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
with socket.create_connection((nginx, 8443), 5) as connection:
    with context.wrap_socket(connection, server_hostname=domains.split(",")[0]) as tls:
        served = tls.getpeercert(True) == ssl.PEM_cert_to_DER_cert(pem)
print("served" if served else "issued")
' "$domains" "$directory" "$nginx" 2>/dev/null || true)
  case "$status" in
    '' | issued) ;;
    served)
      echo "certificate for $domains is served"
      exit 0
      ;;
    *) break ;;
  esac
  waited=$((waited + 1))
  sleep 1
done
if [ "$status" = issued ]; then
  echo "WARNING: a certificate for $domains is there, but $nginx serves another one (docker logs $nginx)."
  exit 0
fi
echo "WARNING: no certificate for $domains yet: ${status:-the ACME server has not answered within $seconds s}"
echo "  The site serves with the certificate it has; Certbot tries again by itself (docker logs $container)."
echo "  -> See that the domains point to this server and that port 80 can be reached from outside."
