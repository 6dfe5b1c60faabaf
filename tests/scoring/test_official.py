"""What makes a result official, and which of it is said to be missing."""

from dataclasses import replace

import pytest

from grader.domain.evidence import Evidence
from grader.scoring import unofficial_because

WHOLE = Evidence((), sandbox="bubblewrap", isolated=True)
MEMORY, PROCESSES = (f"Not limited as a whole: the {what} of redis." for what in ("memory", "processes"))
HOW = {"database": "postgres", "mode": "fork", "hidden": True, "only": False}


def test_nothing_is_missing_of_a_whole_run() -> None:
    assert unofficial_because(WHOLE, **HOW) == ()


@pytest.mark.parametrize(
    ("evidence", "how", "words"),
    [
        pytest.param({"isolated": False, "sandbox": "process"}, {}, ["`process`"], id="not-isolated"),
        pytest.param({}, {"database": "sqlite"}, ["SQLite"], id="sqlite"),
        pytest.param({}, {"mode": "savepoint"}, ["savepoint"], id="savepoint"),
        pytest.param({}, {"database": "sqlite", "mode": "savepoint"}, ["SQLite", "savepoint"], id="both"),
        pytest.param({}, {"hidden": False}, ["hidden"], id="public-only"),
        pytest.param({}, {"only": True}, ["part of the module"], id="some-criteria"),
        pytest.param({}, {"draft": True}, ["draft"], id="draft"),
        pytest.param({}, {"draft": True, "only": True}, ["draft"], id="criteria-of-a-draft"),
        pytest.param({"unlimited": (MEMORY,)}, {}, ["memory of redis"], id="memory"),
        pytest.param({"unlimited": (MEMORY, PROCESSES)}, {}, ["memory", "processes"], id="both-limits"),
    ],
)
def test_each_reason_is_said_and_no_other(evidence: dict, how: dict, words: list[str]) -> None:
    said = unofficial_because(replace(WHOLE, **evidence), **{**HOW, **how})
    assert len(said) == len(words)
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))
    assert all(sentence.endswith(".") for sentence in said)
