#!/bin/sh
# SHA-256 of standard input, in hexadecimal.
#
#   . /tools/sha256.sh; sha256 <FILE
#
# By OpenSSL, which PostgreSQL's packages bring: it uses the processor's instructions; Debian's sha256sum, and cmp on files
# that are equal, take three times as long.
sha256() { openssl dgst -sha256 -r | cut -d ' ' -f 1; }
