"""What an appeal says, as data: `appeal.json` of a bundle. All of it is the word of whoever wrote the file."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from grader.domain.status import Status

SCHEMA = "django-track/appeal/v1"
MANIFEST = "appeal.json"
PROJECT = "project"
LONGEST_ARGUMENT = 16_000  # characters: some pages
MOST_CASES = 50
MOST_LEFT_OUT = 100
LONGEST_TEXT = 8_000

Says = Literal["wrongly failed", "wrongly passed"]
_Line = Annotated[str, Meta(max_length=400)]
_Text = Annotated[str, Meta(max_length=LONGEST_TEXT + 100)]
_Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Commit = Annotated[str, Meta(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})\Z")]
Id = Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=100)]
_Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=60)]


class Case(Struct, forbid_unknown_fields=True, frozen=True):
    """One case of a check as a report for learners shows it; ``where`` is a place in the project, or ""."""

    check: _Line
    sentence: _Text
    status: Status
    expected: _Text = ""
    observed: _Text = ""
    where: _Line = ""
    cause: _Text = ""
    traceback: _Text = ""
    output: _Text = ""
    public: bool = False


class Run(Struct, forbid_unknown_fields=True, frozen=True):
    """The run that the appeal is about, as its result has it. ``checks_hash`` names the checks of the course."""

    grader_version: _Line
    checks_hash: _Line
    seed: Annotated[int, Meta(ge=0, lt=2**32)]
    scope: Literal["full", "public"]
    database: _Line
    sandbox: _Line
    environment: _Line
    python: _Line
    official: bool
    started_at: _Line


class Claim(Struct, forbid_unknown_fields=True, frozen=True):
    """An appeal: that a criterion of an assignment ``says`` something which it should not, and why.

    ``tree_hash`` is of the project's files in the bundle, which are those of ``commit``. ``cases`` are what was seen,
    those that failed first; ``left_out`` names what lay beside the project and is in no submission.
    """

    schema: Annotated[str, Meta(pattern=rf"^{SCHEMA}\Z")]
    assignment: _Slug
    criterion: Id
    title: _Line
    says: Says
    argument: Annotated[str, Meta(min_length=1, max_length=LONGEST_ARGUMENT)]
    commit: _Commit
    tree_hash: _Hash
    run: Run
    cases: Annotated[tuple[Case, ...], Meta(max_length=MOST_CASES)] = ()
    left_out: Annotated[tuple[_Line, ...], Meta(max_length=MOST_LEFT_OUT)] = ()
