# FILE SOLUTION 05
#!/bin/sh
# Smoke test: ask a running platform what an anonymous client would: `scripts/smoke.sh https://example.org`. Ends with 1 if it is not well.
#
# SMOKE_SECONDS        how long it may take to come up; 60
# SMOKE_INSECURE       not empty: do not verify the certificate (one's own machine)
set -eu
base=${1:?"say where: $0 https://example.org"}
tries=${SMOKE_SECONDS:-60}

ask() { curl --silent --show-error --max-time 10 ${SMOKE_INSECURE:+--insecure} "$@"; }
status() { ask --output /dev/null --write-out '%{http_code}' "$base$1" || true; }
expect() {
    got=$(status "$1")
    [ "$got" = "$2" ] || { echo "$1 answered $got instead of $2" >&2; exit 1; }
    echo "$1 $got"
}

until [ "$(status /healthz 2>/dev/null)" = 200 ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "$base did not come up" >&2; exit 1; }
    sleep 1
done
expect /healthz 200
expect /admin/login/ 200
expect /static/admin/css/base.css 200
expect /api/v1/posts/ 200
expect /api/v1/nothing-here/ 404
# What is for the inside stays there.
expect /metrics 404
expect /ready 404
