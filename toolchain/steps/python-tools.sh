# Python's tools of the operator's command and of the pipeline, in a virtual
# environment of their own: squawk (SQL of migrations), sslyze (TLS), bandit,
# pip-audit and zizmor (security of workflows).
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

python_tools=(squawk sslyze bandit pip-audit zizmor)

# Keyed by its content; operations/tool.ts knows it by the link `current`.
python_tools_folder() { echo "$cache/python/$(sha256sum <"$toolchain/python/requirements.txt" | cut -c1-16)"; }

python_tools_state() {
  local folder tool
  folder=$(python_tools_folder)
  for tool in "${python_tools[@]}"; do
    if [ ! -x "$folder/bin/$tool" ]; then
      state="$tool is not installed"
      return 1
    fi
  done
  if [ "$(readlink "$cache/python/current")" != "$folder" ]; then
    state="$cache/python/current names another version"
    return 1
  fi
  state="${python_tools[*]}"
}

python_tools_make() {
  local folder
  folder=$(python_tools_folder)
  python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || debian_install python3 python3-venv
  rm -rf "$folder"
  mkdir -p "${folder%/*}"
  long "virtual environment" python3 -m venv "$folder"
  long "Python tools" "$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$toolchain/python/requirements.txt"
  ln -sfn "$folder" "$cache/python/current"
}
