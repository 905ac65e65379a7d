# An S3 server for the tests of off-site copies: versitygw, from the Go module
# proxy, which keeps objects as files and checks who asks.
# shellcheck shell=bash disable=SC2154 # toolchain is setup.sh's; the tests know it by the link `current`

s3_server_state() { go_programs_state "$toolchain/s3-server" s3-server versitygw; }

s3_server_make() { go_programs_make "$toolchain/s3-server" s3-server 'S3 server' 'an S3 server for the tests'; }
