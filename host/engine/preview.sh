#!/bin/sh
# What prepare.sh would change of the host's engine: the lines of engine_plan (plan.sh). Changes nothing.
#
#   preview.sh STACK
set -eu

# shellcheck source=host/engine/facts.sh
. ./engine/facts.sh
# shellcheck source=host/engine/plan.sh
. ./engine/plan.sh

engine_facts "$1" | engine_plan
