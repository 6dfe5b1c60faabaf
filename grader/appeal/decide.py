"""What staff decided about an appeal: a line for each decision, in a file beside the bundle, that nobody rewrites."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, structs

from grader.appeal.read import Appeal
from grader.domain.errors import UsageError_
from grader.domain.text import one_line

SCHEMA = "django-track/appeal-decision/v1"
Verdict = Literal["accepted", "rejected"]


class Decided(Struct, forbid_unknown_fields=True, frozen=True):
    """A decision: who ``author``, when ``at`` (UTC in ISO 8601), why ``reason``.

    ``case`` is the permanent case of the course that came of it, such as ``accepted/locks-by-hand``; "" for none.
    """

    schema: str
    appeal: str
    assignment: str
    criterion: str
    verdict: Verdict
    case: str
    reason: str
    author: str
    at: str

    def of_case(self, case: str) -> "Decided":
        """The same, with the case that came of it."""
        return structs.replace(self, case=case)


def decided(appeal: Appeal, verdict: Verdict, *, reason: str, author: str, at: str) -> Decided:
    """The decision, as it is written down, without a case.

    Raises:
        UsageError_: there is no reason.
    """
    plain = one_line(reason)
    if not plain:
        raise UsageError_("a decision needs a reason", "Say why: --reason TEXT. The learner reads it.")
    claim = appeal.claim
    return Decided(SCHEMA, appeal.id, claim.assignment, claim.criterion, verdict, "", plain, one_line(author), at)


def record_of(bundle: Path) -> Path:
    """Where the decisions about this bundle are."""
    return bundle.with_name(f"{bundle.stem}.decisions.jsonl")


@contextmanager
def noting(bundle: Path, decision: Decided) -> Iterator[Path]:
    """Write the decision below those that there are, once what is done inside has succeeded; gives the file.

    Raises:
        UsageError_: it cannot be written. That it cannot be opened is said before anything is done inside.
    """
    path = record_of(bundle)
    is_new = not path.exists()
    try:
        file = path.open("ab")
    except OSError as problem:
        raise _unwritable(path, problem) from None
    with file:
        try:
            yield path
        except BaseException:
            if is_new:
                path.unlink(missing_ok=True)
            raise
        try:
            file.write(msgspec.json.encode(decision) + b"\n")
            file.flush()
        except OSError as problem:
            raise _unwritable(path, problem) from None


def _unwritable(path: Path, problem: OSError) -> UsageError_:
    return UsageError_(
        f"the decision cannot be written to {path}: {problem.strerror}",
        "Copy the bundle to a folder of yours, and decide there.",
    )


def noted(bundle: Path) -> tuple[Decided, ...]:
    """The decisions about this bundle, in their order.

    Raises:
        UsageError_: the file of them is none.
    """
    path = record_of(bundle)
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    except OSError as problem:
        raise UsageError_(f"{path} cannot be read: {problem.strerror}", "Check its permissions.") from None
    try:
        return tuple(msgspec.json.decode(line, type=Decided) for line in lines if line.strip())
    except msgspec.MsgspecError as problem:
        raise UsageError_(f"{path} is no record of decisions: {problem}", "Restore it, or move it away.") from None
