# FILE SOLUTION 05
#!/bin/sh
# Restore a backup into a fresh database, and compare: `scripts/restore.sh FILE.dump NEW_DATABASE`.
#
# The server is that of PGHOST, PGUSER and PGPASSWORD. BACKUP_DECRYPT is the command that undoes BACKUP_ENCRYPT.
# The database must not exist: nothing is ever overwritten. It is dropped again if anything does not fit.
set -eu
umask 077

[ $# -eq 2 ] || { echo "usage: $0 FILE.dump NEW_DATABASE" >&2; exit 2; }
dump=$1
name=${dump%.dump}
export PGDATABASE="$2"

(cd "$(dirname "$dump")" && sha256sum --check --quiet "$(basename "$name").sha256") || {
    echo "the checksum does not fit: $dump was damaged or not finished" >&2
    exit 1
}
room=$(mktemp -d)
done=no
finish() {
    rm -rf "$room"
    [ "$done" = yes ] || dropdb --if-exists "$PGDATABASE"
}

createdb --maintenance-db=postgres --template=template0 --encoding=UTF8 "$PGDATABASE"
trap finish EXIT
sh -c "${BACKUP_DECRYPT:-cat}" <"$dump" >"$room/dump"
pg_restore --dbname="$PGDATABASE" --no-owner --no-privileges --exit-on-error --single-transaction "$room/dump"

psql --no-psqlrc --quiet --tuples-only --no-align --field-separator=' ' --set ON_ERROR_STOP=1 >"$room/counts" <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I.%I', relname, nspname, relname)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname = 'public' ORDER BY relname \gexec
ANALYZE;
SQL
diff "$name.counts" "$room/counts" >&2 || { echo "not every row came back" >&2; exit 1; }
done=yes
printf 'restored %s tables, %s rows into %s\n' \
    "$(wc -l <"$room/counts")" "$(awk '{ rows += $NF } END { print rows + 0 }' "$room/counts")" "$PGDATABASE"
