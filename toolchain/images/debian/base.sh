#!/bin/sh
# Prints a minimal Debian as a tar archive, for "docker import".
#   base.sh SUITE      (as root, with debootstrap installed)
set -eu
suite=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" http://deb.debian.org/debian >&2

cat >"$root/etc/apt/sources.list" <<END
deb http://deb.debian.org/debian $suite main
deb http://deb.debian.org/debian $suite-updates main
deb http://deb.debian.org/debian-security $suite-security main
END
# As in Debian's own images: no services started by packages, no documentation,
# no package archives or lists kept.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<'END'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
END
cat >"$root/etc/apt/apt.conf.d/docker" <<'END'
APT::Install-Recommends "false";
Acquire::Languages "none";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
END
chroot "$root" sh -c 'apt-get update -q && apt-get upgrade -q -y' >&2
find "$root/usr/share/doc" -type f ! -name copyright -delete
rm -rf "$root"/usr/share/man/* "$root"/usr/share/info/* "$root"/usr/share/locale/* \
  "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/* "$root"/tmp/*
: >"$root/etc/resolv.conf"
rm -f "$root/etc/hostname"
tar --numeric-owner -C "$root" -c .
