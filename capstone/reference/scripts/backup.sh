# FILE SOLUTION 05
#!/bin/sh
# Back up the database that PGHOST, PGUSER, PGPASSWORD and PGDATABASE name: `scripts/backup.sh`.
#
# BACKUP_DIR           where backups go; required
# BACKUP_KEEP_DAYS     older ones are deleted, after a new one is safe; 30
# BACKUP_ENCRYPT       a command that encrypts its input to its output: "age -r age1…", "gpg -e -r …"; none
#
# Writes NAME.dump (of pg_dump, perhaps encrypted), NAME.counts (rows of each table, of the same moment) and
# NAME.sha256, and prints the path of the dump. What has no .sha256 was interrupted.
set -eu
umask 077

: "${BACKUP_DIR:?says where backups go}" "${PGDATABASE:?says which database}"
name=$BACKUP_DIR/$PGDATABASE-$(date -u +%Y%m%dT%H%M%SZ)
export PART="$name.part"
trap 'rm -f "$PART"' EXIT
mkdir -p "$BACKUP_DIR"

# One snapshot for the dump and for the counts: they agree however much is written meanwhile.
psql --no-psqlrc --quiet --tuples-only --no-align --field-separator=' ' --set ON_ERROR_STOP=1 >"$name.counts" <<'SQL'
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\! pg_dump --format=custom --no-owner --no-privileges --snapshot="$SNAPSHOT" --file="$PART" >&2
SELECT format('SELECT %L, count(*) FROM %I.%I', relname, nspname, relname)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname = 'public' ORDER BY relname \gexec
COMMIT;
SQL
pg_restore --list "$PART" >/dev/null # whole, or we stop here

if [ -n "${BACKUP_ENCRYPT:-}" ]; then
    sh -c "$BACKUP_ENCRYPT" <"$PART" >"$name.dump.new"
    mv "$name.dump.new" "$name.dump"
else
    mv "$PART" "$name.dump"
fi
(cd "$BACKUP_DIR" && sha256sum "${name##*/}.dump" "${name##*/}.counts") >"$name.sha256.new"
mv "$name.sha256.new" "$name.sha256"

find "$BACKUP_DIR" -maxdepth 1 -type f -name "$PGDATABASE-*Z.*" -mtime "+${BACKUP_KEEP_DAYS:-30}" -delete
printf '%s\n' "$name.dump"
