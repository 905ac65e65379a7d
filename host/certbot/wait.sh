#!/bin/sh
# Waits for the first certificate and says how it went. An ACME server that is down does not fail the deployment: the
# site serves with the certificate it has, and Certbot tries again by itself.
#
#   wait.sh CONTAINER SECONDS DOMAINS DIRECTORY
set -eu
container=$1 seconds=$2 domains=$3 directory=$4
waited=0
while [ "$waited" -lt "$seconds" ]; do
  # shellcheck disable=SC2016 # runs in the container
  status=$(docker exec "$container" python3 -c '
import json, sys
try:
    status = json.load(open("/etc/certificates/status.json"))
except OSError:
    sys.exit()
if ",".join(status["domains"]) == sys.argv[1] and status["directory"] == sys.argv[2]:
    print(status["problem"] or "issued")
' "$domains" "$directory" 2>/dev/null || true)
  case "$status" in
    '') ;;
    issued)
      echo "certificate for $domains is served"
      exit 0
      ;;
    *) break ;;
  esac
  waited=$((waited + 1))
  sleep 1
done
echo "WARNING: no certificate for $domains yet: ${status:-the ACME server has not answered within $seconds s}"
echo "  The site serves with the certificate it has; Certbot tries again by itself (docker logs $container)."
echo "  -> See that the domains point to this server and that port 80 can be reached from outside."
