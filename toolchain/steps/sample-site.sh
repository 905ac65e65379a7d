# The image of the sample site, built once for each content of examples/site.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

sample_site_image=socle-example-site:dev
sample_site_label=socle.content

sample_site_state() {
  local have base
  if ! have=$(docker image inspect "$sample_site_image" --format "{{index .Config.Labels \"$sample_site_label\"}}" 2>/dev/null); then
    state="$sample_site_image is missing"
    return 1
  fi
  base=$(sample_site_base)
  if [ -z "$base" ]; then
    state="its base python:3.13-slim is missing"
    return 1
  elif [ "$have" != "$(sample_site_hash "$base")" ]; then
    state="examples/site or its base changed since $sample_site_image was built"
    return 1
  fi
  state=$sample_site_image
}

sample_site_base() { docker image inspect python:3.13-slim --format '{{.Id}}' 2>/dev/null || true; }

sample_site_hash() { # sample_site_hash <base>: of the content and the base
  (
    cd "$clone/examples/site" || exit 1
    find . \( -name __pycache__ -o -name .venv -o -name node_modules \) -prune -o -type f ! -name '*.pyc' -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
    echo "$1"
  ) | sha256sum | cut -c1-16
}

sample_site_make() {
  local base arguments=() authorities
  base=$(sample_site_base)
  # The stand-in for Python's image carries the machine's additional certificate
  # authorities; the official one needs them for the time of the build.
  if ! images_present | grep '^python:3.13-slim ' | grep -qv ' official$'; then
    authorities=$(cat /usr/local/share/ca-certificates/*.crt 2>/dev/null || true)
    if [ -n "$authorities" ]; then arguments=(--build-arg "EXTRA_CA=$authorities"); fi
  fi
  long "image $sample_site_image" docker build --pull=false "${arguments[@]}" --tag "$sample_site_image" \
    --label "$sample_site_label=$(sample_site_hash "$base")" "$clone/examples/site"
}
