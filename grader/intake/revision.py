"""Which commit is meant: git resolves what was typed, and what it does not understand is explained truly."""

import re
from collections.abc import Callable

from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.intake.names import shown
from grader.intake.repository import Repository

Ask = Callable[..., list[str]]
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PREFIX = re.compile(r"[0-9A-Fa-f]{4,64}")
_NAME = re.compile(r"(?!HEAD$)[^~^:@{}]{1,200}")  # no expression, but a name by itself
_MOST_NAMED = 6


def resolve(repository: Repository, typed: str, ask: Ask) -> str:
    """The full hash of the commit that ``typed`` stands for: any expression of git's, or a branch of ``origin``.

    ``ask`` runs git and gives the lines that it prints, none where it fails.

    Raises:
        SubmissionError: there is no such commit; the message says what the repository has in its place.
        EnvironmentError_: this machine's git cannot read the branches of such a repository.
    """
    for name in (typed, f"refs/remotes/origin/{typed}") if _can_be_asked(typed) else ():
        found = ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found and _COMMIT.fullmatch(found[0]):
            return found[0]
    raise _refusal(repository, typed, ask)


def _can_be_asked(typed: str) -> bool:
    return bool(typed) and "\0" not in typed


def _refusal(repository: Repository, typed: str, ask: Ask) -> Exception:
    kind = "branch, tag or commit" if _NAME.fullmatch(typed) and not _PREFIX.fullmatch(typed) else "commit"
    missing = f"{repository.name} has no {kind} {shown(typed)}"
    if repository.has_reftable and not ask("for-each-ref", "--count=1"):
        return EnvironmentError_(
            f"the branches of {repository.name} are kept as a reftable, which the git of this machine does not read",
            "Name the commit by its full hash, or install git 2.45 or newer.",
        )
    branches = ask("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes")
    if not branches and not ask("rev-parse", "--verify", "--quiet", "HEAD") and not ask("for-each-ref", "--count=1"):
        return SubmissionError(
            f"nothing was committed yet in {repository.name}",
            "Commit (git add -A, then git commit), or leave --commit out to grade the files as they lie there.",
        )
    several = ask("rev-parse", f"--disambiguate={typed}") if _PREFIX.fullmatch(typed) else []
    if len(several) > 1:
        return SubmissionError(f"{missing}: {len(several)} objects begin like that", "Type more of the hash.")
    return SubmissionError(f"{missing}{_instead(typed, ask)}", _remedy(repository, branches))


def _instead(typed: str, ask: Ask) -> str:
    """What it is that the name stands for, where it is no commit."""
    kind = ask("cat-file", "-t", typed) if _can_be_asked(typed) and not typed.startswith("-") else []
    return f": that is a {kind[0]}" if kind and kind[0] in ("tree", "blob") else ""


def _remedy(repository: Repository, branches: list[str]) -> str:
    more = f" and {len(branches) - _MOST_NAMED} more" if len(branches) > _MOST_NAMED else ""
    named = ", ".join(map(shown, branches[:_MOST_NAMED])) + more
    known = f"Its branches are: {named}. " if len(branches) > 1 else f"Its only branch is {named}. " if named else ""
    if repository.is_shallow:
        return f"{known}It was cloned without its older commits: fetch them (git fetch --unshallow), or name another."
    return f"{known}Fetch the commit (git fetch), or name another: --commit HASH."
