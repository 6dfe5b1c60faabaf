# FILE SOLUTION 05
#!/bin/sh
# Prove on an empty database that every migration of ours goes both ways: `scripts/migrations.sh python manage.py`.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 python manage.py" >&2; exit 2; }

# The apps whose migrations lie under src/apps, dependants first, as Django unapplies them by itself.
"$@" migrate --no-input --verbosity 0
for folder in src/apps/*/migrations; do
    app=$(basename "$(dirname "$folder")")
    "$@" migrate --no-input --verbosity 0 "$app" zero
    echo "$app was undone"
done
"$@" migrate --no-input --verbosity 0
"$@" migrate --check
echo "and everything is up to date again"
