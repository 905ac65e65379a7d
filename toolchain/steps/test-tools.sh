# What only the tests need: an SSH server to start on loopback with keys of its
# own, a browser, and shellcheck.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

test_tools_missing() {
  [ -x /usr/sbin/sshd ] || echo openssh-server
  command -v ssh >/dev/null || echo openssh-client
  test_tools_browser >/dev/null || echo chromium
  command -v shellcheck >/dev/null || echo shellcheck
  command -v openssl >/dev/null || echo openssl
  # Network namespaces, and who listens where.
  command -v ip >/dev/null || echo iproute2
}

test_tools_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

test_tools_state() {
  local missing
  missing=$(test_tools_missing | tr '\n' ' ')
  if [ -n "$missing" ]; then
    state="missing: ${missing% }"
    return 1
  fi
  state="sshd, $(basename "$(test_tools_browser)"), shellcheck, openssl, iproute2"
}

test_tools_make() {
  local packages
  mapfile -t packages < <(test_tools_missing)
  # Installed only: debian_install keeps the SSH server from starting, and here
  # from starting at the next boot where it was not there before.
  debian_install "${packages[@]}"
  case " ${packages[*]} " in
    *' openssh-server '*) if has_systemd; then systemctl disable ssh >/dev/null 2>&1 || true; fi ;;
  esac
}
