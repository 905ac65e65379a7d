# Go's tools of the pipeline, from the Go module proxy: gitleaks (secrets in the
# repository), crane (images of a registry), actionlint (workflows).
# shellcheck shell=bash disable=SC2154 # toolchain is setup.sh's; operations/tool.ts knows the programs by the link `current`

go_tools_state() { go_programs_state "$toolchain/go-tools" go gitleaks crane actionlint; }

go_tools_make() { go_programs_make "$toolchain/go-tools" go 'Go tools' "the pipeline's tools"; }
