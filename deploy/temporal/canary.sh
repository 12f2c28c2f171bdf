#!/bin/sh
# Gives a new build of the workers some promotions first, then all: each step only while no promotion is stuck.
#
#   deploy/temporal/canary.sh DEPLOYMENT BUILD [PERCENT …]
#
# PERCENT are the steps, 10 and 50 where none is named; after the last one the build becomes the current one. Between steps it
# waits PAUSE seconds (300) and runs CHECK, where that names a command: its failure, or a workflow that reports problems, takes
# the ramp back, and the script ends with 1. Workers of the build have to run already. Needs the `temporal` command;
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where.
set -eu

if [ $# -lt 2 ]; then
    sed -n 's/^#   //p' "$0" >&2
    exit 2
fi
deployment=$1 build=$2
shift 2
[ $# -gt 0 ] || set -- 10 50

version() { # COMMAND [ARGUMENT …]: a new build is known to the server some seconds after its first worker
    command=$1 attempts=30
    shift
    until temporal worker deployment "$command" --deployment-name "$deployment" --build-id "$build" --yes "$@"; do
        attempts=$((attempts - 1))
        [ "$attempts" -gt 0 ] || return 1
        sleep 2
    done
}

stuck() {
    temporal workflow count --query "TemporalReportedProblems IS NOT NULL AND ExecutionStatus = 'Running'" |
        sed -n 's/^Total: *//p'
}

back() {
    echo "$1: taking the ramp of $build back" >&2
    temporal worker deployment set-ramping-version --deployment-name "$deployment" --build-id "$build" --delete --yes
    exit 1
}

before=$(stuck)
for percent in "$@"; do
    echo "$build gets $percent %"
    version set-ramping-version --percentage "$percent"
    sleep "${PAUSE:-300}"
    now=$(stuck)
    [ "$now" -le "$before" ] || back "$((now - before)) more workflows report problems"
    [ -z "${CHECK:-}" ] || sh -c "$CHECK" || back "the check failed"
done
echo "$build becomes the current build"
version set-current-version
