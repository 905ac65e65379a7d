# The Pulumi CLI and its plugins, in the versions of package.json: what is there,
# else the official downloads, else built from Go modules.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

# What the environment of a plain pulumi says too.
pulumi_named=${PULUMI_HOME:-}
pulumi_home=${PULUMI_HOME:-$HOME/.pulumi}
case $pulumi_home in /*) ;; *) pulumi_home=$PWD/$pulumi_home ;; esac
# By itself Pulumi takes the home of the passwd entry, whatever HOME says.
export PULUMI_HOME=$pulumi_home
pulumi_downloads=${SOCLE_PULUMI_DOWNLOADS:-https://get.pulumi.com}
pulumi_providers=(command docker random tls)

pulumi_version_of() { # pulumi_version_of <npm package under @pulumi>
  sed -n "s#.*\"@pulumi/$1\": *\"\\([0-9.]*\\)\".*#\\1#p" "$clone/package.json"
}

# pulumi_cli: the CLI of the wanted version: npm's place for it first, whose
# folder names the version.
pulumi_cli() {
  local version candidate
  version=$(pulumi_version_of pulumi)
  if [ -x "$pulumi_home/versions/$version/bin/pulumi" ]; then
    echo "$pulumi_home/versions/$version/bin/pulumi"
    return
  fi
  for candidate in "$pulumi_home/bin/pulumi" "$(command -v pulumi || true)"; do
    if [ -x "$candidate" ] && [ "$(PULUMI_SKIP_UPDATE_CHECK=true "$candidate" version 2>/dev/null)" = "v$version" ]; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

pulumi_state() {
  local cli version missing=() name
  version=$(pulumi_version_of pulumi)
  if ! cli=$(pulumi_cli); then
    state="no CLI $version in $pulumi_home or on PATH"
    return 1
  fi
  [ -x "${cli%/*}/pulumi-language-nodejs" ] || command -v pulumi-language-nodejs >/dev/null || missing+=(language-nodejs)
  for name in "${pulumi_providers[@]}"; do
    version=$(pulumi_version_of "$name")
    [ -x "$pulumi_home/plugins/resource-$name-v$version/pulumi-resource-$name" ] || missing+=("$name-$version")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    state="plugins missing in $pulumi_home: ${missing[*]}"
    return 1
  elif ! pulumi_is_built; then
    state="$(pulumi_version_of pulumi), official, with its plugins (${cli%/*})$(pulumi_elsewhere)"
  elif "$toolchain/pulumi/build.sh" --check; then
    state="$(pulumi_version_of pulumi) with its plugins, built here from Go modules ($pulumi_home)$(pulumi_elsewhere)"
  else
    state="sources in toolchain/pulumi changed since the build in $pulumi_home"
    return 1
  fi
}

# pulumi_elsewhere: what a plain `pulumi` needs where HOME is not the home of the passwd entry, in which it would look.
pulumi_elsewhere() {
  local entry
  [ -z "$pulumi_named" ] && entry=$(getent passwd "$(id -u)" | cut -d: -f6) || return 0
  [ "$entry/.pulumi" -ef "$pulumi_home" ] || echo "; a plain pulumi needs PULUMI_HOME=$pulumi_home"
}

pulumi_is_built() { [ -e "$pulumi_home/.toolchain" ]; }

pulumi_make() {
  # What was built stays built: half official, half built would be neither.
  if ! pulumi_is_built && answers "$pulumi_downloads/releases/sdk/pulumi-v$(pulumi_version_of pulumi)-checksums.txt"; then
    note "$pulumi_downloads answers: using the official downloads"
    pulumi_cli >/dev/null || pulumi_download
    pulumi_install_plugins
  else
    pulumi_is_built || note "$pulumi_downloads does not answer: building from Go modules (about 10 minutes the first time)"
    go_for Pulumi "$toolchain/pulumi/go" "$toolchain/pulumi/cli"
    long 'Pulumi from Go modules' env GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" "$toolchain/pulumi/build.sh"
  fi
}

pulumi_download() {
  local version arch file work
  version=$(pulumi_version_of pulumi)
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) arch=x64 ;;
    Linux-aarch64) arch=arm64 ;;
    *) fail "no Pulumi download known for $(uname -s) on $(uname -m)" "install Pulumi $version by hand (https://www.pulumi.com/docs/install/), then run again" ;;
  esac
  file=pulumi-v$version-linux-$arch.tar.gz
  mkdir -p "$pulumi_home/versions/$version"
  work=$(mktemp -d "$pulumi_home/download.XXXXXX")
  long "download Pulumi $version" curl --fail --location --silent --show-error --output "$work/$file" "$pulumi_downloads/releases/sdk/$file"
  pulumi_verify "$work" "$file" "$version"
  tar -xzf "$work/$file" -C "$work"
  rm -rf "$pulumi_home/versions/$version/bin"
  mv "$work/pulumi" "$pulumi_home/versions/$version/bin"
  rm -rf "$work"
  # On PATH for those who follow Pulumi's own instructions; a CLI of another
  # version that somebody installed there stays. Hard links: a symbolic link
  # beside the plugins makes every run warn.
  if [ ! -e "$pulumi_home/bin/pulumi" ]; then
    mkdir -p "$pulumi_home/bin"
    cp -fl "$pulumi_home/versions/$version/bin/"* "$pulumi_home/bin/"
  fi
}

# pulumi_verify <folder> <file> <version>: against the vendor's list, which holds
# SHA-256 or, on GitHub, SHA-512.
pulumi_verify() {
  local list=$1/checksums sum tool
  curl --fail --location --silent --max-time 20 --output "$list" "$pulumi_downloads/releases/sdk/pulumi-$3-checksums.txt" ||
    curl --fail --location --silent --max-time 20 --output "$list" "https://github.com/pulumi/pulumi/releases/download/v$3/SHA512SUMS" ||
    fail "no list of checksums for Pulumi $3 at $pulumi_downloads" "try again later; an unchecked download is not used"
  sum=$(awk -v file="$2" '{ sub(/^\*/, "", $2) } $2 == file { print $1; exit }' "$list")
  case ${#sum} in
    64) tool=sha256sum ;;
    128) tool=sha512sum ;;
    *) fail "the list of checksums for Pulumi $3 does not name $2" "an unchecked download is not used; see $list" ;;
  esac
  if ! (cd "$1" && echo "$sum  $2" | "$tool" --check --status); then
    rm -rf "$1"
    fail "$2 does not match the vendor's ${tool%sum} checksum; it was removed" "something between here and $pulumi_downloads changes downloads; try another network"
  fi
  note "$2 matches the vendor's ${tool%sum} checksum"
}

pulumi_install_plugins() {
  local cli name version
  cli=$(pulumi_cli)
  for name in "${pulumi_providers[@]}"; do
    version=$(pulumi_version_of "$name")
    [ -x "$pulumi_home/plugins/resource-$name-v$version/pulumi-resource-$name" ] ||
      long "plugin $name $version" env PULUMI_SKIP_UPDATE_CHECK=true "$cli" plugin install resource "$name" "$version"
  done
}
