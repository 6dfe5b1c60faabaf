"""When a result is official: what has to hold of the way it was measured, and which of it did not."""

from typing import Literal

from grader.domain.evidence import Evidence
from grader.domain.result import ONLY_SOME


def unofficial_because(
    evidence: Evidence,
    *,
    database: Literal["postgres", "sqlite"],
    mode: Literal["fork", "savepoint"],
    hidden: bool,
    only: bool,
    draft: bool = False,
) -> tuple[str, ...]:
    """Why a result of this evidence is not official, each reason a short sentence; none means that it is.

    ``hidden`` says whether the hidden checks ran, ``only`` whether the run was restricted to some criteria, ``draft``
    whether the module is one.
    """
    found = {
        f"The sandbox `{evidence.sandbox}` does not isolate the submission.": not evidence.isolated,
        "The checks ran on SQLite, where the project itself is asked what its database holds.": database != "postgres",
        "The checks shared one process and one database (savepoint mode).": mode != "fork",
        "The hidden checks did not run.": not hidden,
        ONLY_SOME: only and not draft,
        "The checks of this module are a draft: not all of them are there, or proved.": draft,
    }
    missing = tuple(sentence for sentence, holds in found.items() if holds)
    return missing + (evidence.unlimited if evidence.isolated else ())
