#!/bin/sh
# Tries what a renewal of the certificate does: an order with its challenges, which every domain must answer from outside.
# The certificate that comes of it is thrown away; the one that is served stays, and so does the account.
#
#   try.sh CONTAINER
#
# Let's Encrypt is asked by its staging environment, whose limits a trial cannot use up
# (letsencrypt.org/docs/staging-environment). Standard output: the directory of the authority that was asked.
set -eu
# shellcheck disable=SC2016 # runs in the container
docker exec "$1" /bin/sh -euc '
  folder=$(mktemp -d)
  trap "rm -rf $folder" EXIT
  directory=$DIRECTORY
  case $directory in https://acme-v02.api.letsencrypt.org/*) directory=https://acme-staging-v02.api.letsencrypt.org/directory ;; esac
  IFS=,
  set --
  for domain in $DOMAINS; do set -- "$@" --domain "$domain"; done
  certbot certonly --non-interactive --agree-tos --register-unsafely-without-email --cert-name trial \
    --webroot --webroot-path /srv/challenges --server "$directory" \
    --config-dir "$folder/configuration" --work-dir "$folder/work" --logs-dir "$folder/logs" "$@" >&2
  echo "$directory"
'
