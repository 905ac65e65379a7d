#!/bin/sh
# Makes the server's own certificate, for the addresses that the container got, then starts DNS and ACME.
#   LAB_NAME          the server's name on the network
#   /lab/pebble.json  pebble's settings
set -eu
cd /lab

NAMES="DNS:$LAB_NAME"
for address in $(hostname -I); do NAMES="$NAMES,IP:$address"; done
export NAMES

if [ ! -e ca.pem ]; then
  openssl req -x509 -config /usr/local/share/lab/openssl.cnf -extensions authority -subj "/CN=$LAB_NAME authority" \
    -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -days 30 -out ca.new 2>/dev/null
  mv ca.new ca.pem
fi
openssl req -x509 -config /usr/local/share/lab/openssl.cnf -extensions server -subj "/CN=$LAB_NAME" \
  -CA ca.pem -CAkey ca.key \
  -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -days 30 -out server.pem 2>/dev/null

pebble-challtestsrv -defaultIPv4 '' -defaultIPv6 '' -http01 '' -https01 '' -tlsalpn01 '' -dns01 127.0.0.1:8053 &
exec pebble -config pebble.json -dnsserver 127.0.0.1:8053
