#!/bin/sh
# Serves; with LAB_USER and LAB_PASSWORD to whoever logs in with them alone.
set -eu
if [ -n "${LAB_USER:-}" ]; then
  salt=$(head -c 500 /dev/urandom | tr -dc 'A-Za-z0-9' | head -c 22)
  # shellcheck disable=SC2016 # Perl's variables; bcrypt, which the registry asks for
  hash=$(perl -e 'print crypt($ENV{LAB_PASSWORD}, "\$2y\$05\$$ARGV[0]")' "$salt")
  echo "$LAB_USER:$hash" >/etc/docker/registry/htpasswd
  export REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_REALM=lab REGISTRY_AUTH_HTPASSWD_PATH=/etc/docker/registry/htpasswd
fi
exec docker-registry serve /etc/docker/registry/config.yml
