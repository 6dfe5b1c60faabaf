"""What each gate is to say of each project, and why: worked out from the projects and the pages in docs/gates.

Written before the gates were run on them for the first time. Of the first 68 cells, six differed then, and five agreed
for another reason than the one here; of 68 that came with later gates, none. The cells are as they were written.
docs/gates/any-project.md says what was mended.
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
_PERFORMANCE = ("queries", "growth", "p95", "ratio", "spike", "plans", "payload", "memory")
_NO_POSTS = {f"performance.{name}": without("it has no app `posts`", "no app `posts`") for name in _PERFORMANCE}
_READ = ("p95", "spike", "payload")
_PAGES = _NO_POSTS | {
    f"performance.{name}": passed("it has a page that anybody may read, be it its document") for name in _READ
}
_FILES = ("dockerfile", "compose", "kubernetes", "workflows", "monitoring")
# Of the gates that came later; written before they were run on these projects, too.
_CODE_ALONE = {f"operations.{name}": without("it has no such file", "no") for name in _FILES} | {
    "documentation.commands": Cell(FAILED, "it has no README beside its manage.py", "README"),
    "documentation.links": without("it has no pages", "no pages"),
    "documentation.decisions": without("it has no records", "no decision records"),
    "documentation.datamodel": without("it has no diagram", "diagram"),
    "documentation.changelog": without("no document was ever committed", "document"),
}
_NO_ANNOTATIONS = {"style.mypy": without("no function of it has annotations", "annotations")}
_NOT_COMMITTED = {
    f"contract.{name}": Cell(FAILED, "it serves a document and has committed none", "no openapi.yaml at its root")
    for name in ("drift", "breaking")
}
_CLEAN = {"security.vulnerable": passed("the snapshot names none of its packages")}
_FORMATTED = {f"style.{name}": passed("it was formatted by it") for name in ("black", "isort")}

VERDICTS: dict[str, dict[str, Cell]] = {
    "guestbook": {
        **_NO_ANNOTATIONS,
        "style.ruff": failed("its tests assert as unittest does (PT009)"),
        **_FORMATTED,
        **_NO_DOCUMENT,
        "security.high": passed("no secret, no debug page, nothing that bandit calls high"),
        "security.medium": failed("no Content-Security-Policy, and cookies that go over plain HTTP"),
        **_CLEAN,
        **_PAGES,
        **_CODE_ALONE,
        "coverage.unit": passed("every line of models.py has its test"),
        "coverage.true": passed("unittest reports what it did"),
        "strength.killed": passed("its tests assert on boundaries, on what is not there and on what was stored"),
    },
    "shortlinks": {
        "style.mypy": failed("some of its functions have annotations, most have none"),
        "style.ruff": passed("nothing in it breaks a rule"),
        **_FORMATTED,
        "contract.failures": failed("Ninja answers 422, which its document does not name"),
        "contract.operations": passed("all three operations are open to everybody"),
        **_NOT_COMMITTED,
        "contract.documentation": failed("no errors of validation and no examples are described"),
        "security.high": passed("no secret, no debug page, nothing that bandit calls high"),
        "security.medium": failed("its page for what is not there has no Content-Security-Policy"),
        **_CLEAN,
        **_PAGES,
        **_CODE_ALONE,
        "coverage.unit": passed("every line of models.py and schemas.py has its test"),
        "coverage.integration": passed("all five documented responses are asked for in tests"),
        "coverage.true": passed("pytest reports what it did"),
        "strength.killed": passed("its tests assert on order, on counts and on the rows beside"),
    },
    "inventory": {
        **_NO_ANNOTATIONS,
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
        **_PAGES,
        **_CODE_ALONE,
        "coverage.unit": failed("take, __str__ and the refusal of a name have no test"),
        "coverage.integration": failed("three of seven documented responses are asked for"),
        "coverage.true": passed("unittest reports what it did"),
        "strength.killed": failed("no test looks at uniqueness, defaults or order"),
    },
    "monorepo": {
        **_NO_ANNOTATIONS,
        "style.ruff": passed("nothing in it breaks a rule"),
        **_FORMATTED,
        **_NO_DOCUMENT,
        "security.high": passed("no secret, no debug page, nothing that bandit calls high"),
        "security.medium": failed("its page for what is not there has no Content-Security-Policy"),
        **_CLEAN,
        **_PAGES,
        **_CODE_ALONE,
        "coverage.unit": failed("warm, __str__ and three of four words have no test"),
        "coverage.true": passed("pytest reports what it did"),
        "strength.killed": failed("its tests look at nothing but the status"),
    },
}
