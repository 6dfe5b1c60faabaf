"""What each gate is to say of each project, and why: worked out from the projects and the pages in docs/gates.

Written before the gates were run on them for the first time. Of the 68 cells, six differed then, and five agreed for
another reason than the one here; the cells are as they were written. docs/gates/any-project.md says what was mended.
"""

from dataclasses import dataclass

PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not applicable"


@dataclass(frozen=True)
class Cell:
    """A verdict with its reason. ``says`` are words of what the gate says where it has no number."""

    verdict: str
    why: str
    says: str = ""


def passed(why: str) -> Cell:
    return Cell(PASSED, why)


def failed(why: str) -> Cell:
    return Cell(FAILED, why)


def without(why: str, says: str) -> Cell:
    return Cell(NOT_APPLICABLE, why, says)


_CONTRACT = ("failures", "operations", "drift", "breaking", "documentation")
_NO_DOCUMENT = {
    f"contract.{name}": without("it serves and commits no OpenAPI document", "set `schema` in track.toml")
    for name in _CONTRACT
} | {"coverage.integration": without("without a document no pathway is known", "there is no OpenAPI document")}
_NO_POSTS = {
    f"performance.{name}": without("it has no app `posts`", "no app `posts`") for name in ("queries", "growth")
}
_NOT_COMMITTED = {
    f"contract.{name}": Cell(FAILED, "it serves a document and has committed none", "no openapi.yaml at its root")
    for name in ("drift", "breaking")
}
_CLEAN = {"security.vulnerable": passed("the snapshot names none of its packages")}
_FORMATTED = {f"style.{name}": passed("it was formatted by it") for name in ("black", "isort")}

VERDICTS: dict[str, dict[str, Cell]] = {
    "guestbook": {
        "style.ruff": failed("its tests assert as unittest does (PT009)"),
        **_FORMATTED,
        **_NO_DOCUMENT,
        "security.high": passed("no secret, no debug page, nothing that bandit calls high"),
        "security.medium": failed("no Content-Security-Policy, and cookies that go over plain HTTP"),
        **_CLEAN,
        **_NO_POSTS,
        "coverage.unit": passed("every line of models.py has its test"),
        "coverage.true": passed("unittest reports what it did"),
        "strength.killed": passed("its tests assert on boundaries, on what is not there and on what was stored"),
    },
    "shortlinks": {
        "style.ruff": passed("nothing in it breaks a rule"),
        **_FORMATTED,
        "contract.failures": failed("Ninja answers 422, which its document does not name"),
        "contract.operations": passed("all three operations are open to everybody"),
        **_NOT_COMMITTED,
        "contract.documentation": failed("no errors of validation and no examples are described"),
        "security.high": passed("no secret, no debug page, nothing that bandit calls high"),
        "security.medium": failed("its page for what is not there has no Content-Security-Policy"),
        **_CLEAN,
        **_NO_POSTS,
        "coverage.unit": passed("every line of models.py and schemas.py has its test"),
        "coverage.integration": passed("all five documented responses are asked for in tests"),
        "coverage.true": passed("pytest reports what it did"),
        "strength.killed": passed("its tests assert on order, on counts and on the rows beside"),
    },
    "inventory": {
        "style.ruff": failed("two unused imports on one line, and tests that assert as unittest does"),
        "style.black": failed("stock/views.py was not formatted"),
        "style.isort": failed("stock/views.py was not sorted"),
        "contract.failures": failed("400, 403 and 404 are answered and not documented"),
        "contract.operations": passed("everybody who is logged in may do everything"),
        **_NOT_COMMITTED,
        "contract.documentation": failed("no errors and no examples are described"),
        "security.high": failed("DEBUG is on, so what is not there is shown with settings and URLs"),
        "security.medium": failed("neither SecurityMiddleware nor protection from frames"),
        **_CLEAN,
        **_NO_POSTS,
        "coverage.unit": failed("take, __str__ and the refusal of a name have no test"),
        "coverage.integration": failed("three of seven documented responses are asked for"),
        "coverage.true": passed("unittest reports what it did"),
        "strength.killed": failed("no test looks at uniqueness, defaults or order"),
    },
    "monorepo": {
        "style.ruff": passed("nothing in it breaks a rule"),
        **_FORMATTED,
        **_NO_DOCUMENT,
        "security.high": passed("no secret, no debug page, nothing that bandit calls high"),
        "security.medium": failed("its page for what is not there has no Content-Security-Policy"),
        **_CLEAN,
        **_NO_POSTS,
        "coverage.unit": failed("warm, __str__ and three of four words have no test"),
        "coverage.true": passed("pytest reports what it did"),
        "strength.killed": failed("its tests look at nothing but the status"),
    },
}
