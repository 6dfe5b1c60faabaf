"""What every report says of where a result comes from: whose it is, when it was measured, why it is not official."""

from grader.domain.result import Provenance


def unofficial(provenance: Provenance) -> str:
    """Why a result is not official; in general words where an older grader did not say."""
    general = "An official result needs all checks, hidden ones too, on PostgreSQL, in a sandbox that isolates."
    return "Unofficial: " + " ".join(provenance.unofficial_because or (general,))


def whose(provenance: Provenance) -> str:
    """Whose submission it is and which state of it: its name, the commit where it is one, and the hash of its tree."""
    commit = f" · commit {provenance.commit[:12]}" if provenance.commit else ""
    return f"{provenance.submission}{commit} · tree {provenance.tree_hash[:12]}"


def measured_when(provenance: Provenance) -> str:
    """When the checks ran and how long that took; and that it was an earlier time, if it was."""
    when = provenance.started_at.replace("T", " ").replace("Z", " UTC")
    if not provenance.reused:
        return f"{when}, {provenance.duration_s:.1f} s"
    return f"{when}, {provenance.duration_s:.1f} s; nothing has changed since, so nothing was measured again"
