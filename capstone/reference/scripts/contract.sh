# FILE SOLUTION 05
#!/bin/sh
# Compare what runs with its OpenAPI document, as nobody and as every role:
# `scripts/contract.sh http://127.0.0.1:8000 python manage.py`. Ends with 1 if an answer differs.
#
# It makes accounts and changes data: for a database that nobody needs. Without throttles, or it is told only 429.
# SCHEMATHESIS         how it is called; "pipx run schemathesis==4.32.5"
# EXAMPLES             how many requests of each operation at most; 25
set -eu
base=${1:?"say where: $0 http://127.0.0.1:8000 python manage.py"}
shift
: "${SCHEMATHESIS:=pipx run schemathesis==4.32.5}" "${EXAMPLES:=25}"
PASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export PASSWORD

look() {
    # shellcheck disable=SC2086  # a command with its words
    $SCHEMATHESIS run "$base/api/v1/schema/" --max-examples "$EXAMPLES" "$@"
}

failed=0
echo "as nobody"
look || failed=1
for role in reader contributor editor admin; do
    export ROLE="$role"
    "$@" shell --no-imports --command "
import os
from accounts.models import User
role = os.environ['ROLE']
User.objects.create_user(f'contract-{role}', password=os.environ['PASSWORD'], role=role)
"
    token=$(curl --fail --silent --show-error --header 'Content-Type: application/json' \
        --data "{\"username\": \"contract-$role\", \"password\": \"$PASSWORD\"}" "$base/api/v1/auth/login/" |
        sed 's/.*"access": *"\([^"]*\)".*/\1/')
    echo "as $role"
    # Log-outs come last: behind them the session is at its end.
    for paths in exclude include; do
        look --header "Authorization: Bearer $token" "--$paths-path-regex" /auth/ || failed=1
    done
done
exit "$failed"
