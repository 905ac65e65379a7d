#!/bin/sh
# The first process of a lab host, in place of an init: prepares, starts the services that are installed, waits.
#   LAB_USER            who may log in: root or the name of a user with sudo
#   /lab/authorized_keys  whose keys are accepted
set -eu

# What an installer does once.
if [ ! -e /lab/installed ]; then
  ssh-keygen -A >/dev/null
  if [ "$LAB_USER" = root ]; then
    home=/root
    echo 'PermitRootLogin prohibit-password' >/etc/ssh/sshd_config.d/root.conf
  else
    home=/home/$LAB_USER
    useradd --create-home --shell /bin/bash "$LAB_USER"
    # Neither a password nor a locked account: sshd without PAM refuses the latter.
    usermod --password '*' "$LAB_USER"
    if getent group docker >/dev/null; then usermod --append --groups docker "$LAB_USER"; fi
    echo "$LAB_USER ALL=(ALL) NOPASSWD:ALL" >"/etc/sudoers.d/$LAB_USER"
    echo 'PermitRootLogin no' >/etc/ssh/sshd_config.d/root.conf
  fi
  install -d -m 700 -o "$LAB_USER" -g "$LAB_USER" "$home/.ssh"
  install -m 600 -o "$LAB_USER" -g "$LAB_USER" /lab/authorized_keys "$home/.ssh/authorized_keys"
  touch /lab/installed
fi

# An engine in the container needs /sys and the control groups for writing, which Docker mounts read-only.
mount -o remount,rw /sys
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -o remount,rw /sys/fs/cgroup
  # Version 2 allows no processes in a group that hands controllers on.
  mkdir -p /sys/fs/cgroup/init
  xargs -rn1 </sys/fs/cgroup/cgroup.procs >/sys/fs/cgroup/init/cgroup.procs || true
  sed -e 's/ / +/g' -e 's/^/+/' </sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
else
  awk '$3 == "cgroup" { print $2 }' /proc/mounts | while read -r group; do
    mount -o remount,bind,rw,nosuid,nodev,noexec "$group"
  done
fi

stop() {
  if [ -x /etc/init.d/docker ]; then service docker stop || true; fi
  kill "$sshd"
}
trap stop TERM

if [ -x /etc/init.d/docker ]; then service docker start; fi
mkdir -p /run/sshd
/usr/sbin/sshd -D -e &
sshd=$!
# The first process also reaps the orphans of the host; a signal ends one wait, not the host.
while kill -0 "$sshd" 2>/dev/null; do wait "$sshd" || true; done
