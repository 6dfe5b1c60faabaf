"""Which relations of a project's are believed: ordinary tables, whose rows are what was written and nothing else."""

from grader.sandbox.services.roles import LEARNER
from grader.stage.outcome import Failed

# With ``{name}`` for the table's name as a literal. All is qualified, although nothing else is on the search path.
_THIS = (
    "FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
    "{more}WHERE n.nspname OPERATOR(pg_catalog.=) 'public' AND c.relname OPERATOR(pg_catalog.=) {name}"
)
FACTS = (
    "SELECT c.relkind::pg_catalog.text, c.relpersistence::pg_catalog.text, "
    f"c.relowner OPERATOR(pg_catalog.=) '{LEARNER}'::pg_catalog.regrole::pg_catalog.oid, "
    "EXISTS (SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class OPERATOR(pg_catalog.=) c.oid), "
    "c.relrowsecurity OR c.relforcerowsecurity "
    "OR EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid OPERATOR(pg_catalog.=) c.oid), "
    "EXISTS (SELECT FROM pg_catalog.pg_inherits AS i "
    "WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid OR i.inhparent OPERATOR(pg_catalog.=) c.oid) "
) + _THIS.replace("{more}", "")
COLUMNS = (
    ("SELECT a.attname::pg_catalog.text, a.atttypid::pg_catalog.int8, a.attgenerated OPERATOR(pg_catalog.<>) '' ")
    + _THIS.replace(
        "{more}",
        "JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid "
        "AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped ",
    )
    + " ORDER BY a.attnum"
)
_KINDS = {
    "v": "a view",
    "m": "a materialized view",
    "f": "a foreign table",
    "p": "a partitioned table",
    "S": "a sequence",
    "c": "a composite type",
    "i": "an index",
}


def check_ordinary_table(
    table: str, kind: str, persistence: str, own: bool, rules: bool, policies: bool, family: bool
) -> None:
    """Raises ``Failed`` unless these facts are those of an ordinary table."""
    seen = {
        f"{table} is {_KINDS.get(kind, 'something else')}; the brief asks for a table": kind != "r",
        f"{table} is an unlogged or temporary table, which does not last": persistence != "p",
        f"{table} belongs to another role than the one that the project's migrations run as": not own,
        f"{table} has rewrite rules, which change what is read or written": rules,
        f"{table} has row-level security, which hides rows from some and not from others": policies,
        f"{table} inherits from a table or is inherited from": family,
    }
    for observed, holds in seen.items():
        if holds:
            raise Failed(f"an ordinary table {table}", observed)
