"""Questions to PostgreSQL's catalogue about the ordinary tables of the schema ``public``, each with the name of one.

Every name and operator is qualified. Lists are JSON, so that they read alike over any connection. A constraint that is
not enforced, or was never tried on the rows that are there, is none; nor is an index that is not finished.
"""

_OF = """pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
        AND n.nspname OPERATOR(pg_catalog.=) 'public'"""
_ORDINARY = """c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relpersistence OPERATOR(pg_catalog.=) 'p'
    AND NOT c.relrowsecurity AND NOT c.relforcerowsecurity
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite AS w WHERE w.ev_class OPERATOR(pg_catalog.=) c.oid)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid OPERATOR(pg_catalog.=) c.oid
        OR h.inhparent OPERATOR(pg_catalog.=) c.oid)"""
_NAMED = f"{_ORDINARY} AND c.relname OPERATOR(pg_catalog.=) %s"

TABLES = f"SELECT c.relname::pg_catalog.text FROM {_OF} WHERE {_ORDINARY} ORDER BY 1"

COLUMNS = f"""SELECT a.attname::pg_catalog.text, pg_catalog.format_type(a.atttypid, a.atttypmod),
    NOT a.attnotnull OR EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
        WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND k.contype OPERATOR(pg_catalog.=) 'n'
        AND k.conkey[1] OPERATOR(pg_catalog.=) a.attnum AND NOT k.convalidated),
    pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    FROM {_OF} JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
    LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid OPERATOR(pg_catalog.=) a.attrelid
        AND d.adnum OPERATOR(pg_catalog.=) a.attnum
    WHERE {_NAMED} AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped ORDER BY a.attnum"""

CONSTRAINTS = f"""SELECT k.conname::pg_catalog.text, k.contype::pg_catalog.text, pg_catalog.pg_get_constraintdef(k.oid),
    COALESCE(t.relname::pg_catalog.text, ''),
    COALESCE((SELECT pg_catalog.json_agg(a.attname ORDER BY u.i)
        FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (n, i)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid
            AND a.attnum OPERATOR(pg_catalog.=) u.n)::pg_catalog.text, '[]')
    FROM {_OF} JOIN pg_catalog.pg_constraint AS k ON k.conrelid OPERATOR(pg_catalog.=) c.oid
    LEFT JOIN pg_catalog.pg_class AS t ON t.oid OPERATOR(pg_catalog.=) k.confrelid
    WHERE {_NAMED} AND k.contype OPERATOR(pg_catalog.=) ANY ('{{p,f,c,u}}'::pg_catalog."char"[])
    AND k.convalidated AND k.conenforced ORDER BY 1"""

INDEXES = f"""SELECT x.relname::pg_catalog.text, i.indisunique, pg_catalog.pg_get_indexdef(i.indexrelid),
    (SELECT pg_catalog.json_agg(pg_catalog.pg_get_indexdef(i.indexrelid, g.k, true) ORDER BY g.k)
        FROM pg_catalog.generate_series(1, i.indnkeyatts::pg_catalog.int4) AS g (k))::pg_catalog.text,
    COALESCE(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '')
    FROM {_OF} JOIN pg_catalog.pg_index AS i ON i.indrelid OPERATOR(pg_catalog.=) c.oid
    JOIN pg_catalog.pg_class AS x ON x.oid OPERATOR(pg_catalog.=) i.indexrelid
    WHERE {_NAMED} AND i.indisvalid AND i.indisready AND i.indislive ORDER BY 1"""
