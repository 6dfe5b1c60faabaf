"""The tables of the journal."""

VERSION = 2
_APPEALS = """
    CREATE TABLE appeals (
        id INTEGER PRIMARY KEY,
        appeal TEXT NOT NULL,
        student TEXT NOT NULL,
        criterion TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
        "case" TEXT NOT NULL,
        reason TEXT NOT NULL,
        author TEXT NOT NULL,
        at TEXT NOT NULL
    )
    """
TABLES = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE students (id TEXT PRIMARY KEY, record BLOB NOT NULL)",
    """
    CREATE TABLE hand_ins (
        id INTEGER PRIMARY KEY,
        student TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        path BLOB NOT NULL,  -- the bytes of its name: not every name is text
        submitted_at TEXT,  -- ISO 8601 with an offset
        UNIQUE (student, attempt)
    )
    """,
    """
    CREATE TABLE evidence (
        id INTEGER PRIMARY KEY,
        hand_in INTEGER NOT NULL REFERENCES hand_ins (id),
        mark TEXT NOT NULL,
        basis TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('measured', 'refused', 'errored')),
        data BLOB,  -- zlib over the JSON of what was measured
        message TEXT NOT NULL,
        hint TEXT NOT NULL,
        at TEXT NOT NULL,
        seconds REAL NOT NULL
    )
    """,
    "CREATE INDEX evidence_of_hand_in ON evidence (hand_in, id)",
    """
    CREATE TABLE decisions (
        id INTEGER PRIMARY KEY,
        student TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('judgement', 'override')),
        target TEXT NOT NULL,
        value TEXT NOT NULL,
        reason TEXT NOT NULL,
        author TEXT NOT NULL,
        at TEXT NOT NULL,
        withdrawn INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE scores (
        id INTEGER PRIMARY KEY,
        student TEXT NOT NULL,
        score TEXT NOT NULL,
        status TEXT NOT NULL,
        why TEXT NOT NULL,
        author TEXT NOT NULL,
        at TEXT NOT NULL
    )
    """,
    _APPEALS,
)
# What makes of a journal of each version one of the next.
UPGRADES = {1: (_APPEALS,)}
