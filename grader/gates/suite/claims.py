"""What a run of the tests reports, read as strictly as anything that learner code may have written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from grader.agent.scan import BadReply, Limits, load
from grader.gates.suite.test_set import NONE, OUTSIDE, TestSet

LARGEST = 24 << 20
_LIMITS = Limits(depth=8, values=3_000_000, objects=20_000, keys_once=True)
_LONGEST_NAME = 10_000
OUTCOMES = ("passed", "failed", "skipped")
WORDS = ("killed", "survived", "timeout", "error")


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test: its name as the runner takes it, how it ended, and in how many milliseconds."""

    __test__ = False

    name: str
    outcome: str
    ms: int


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a URL was resolved for, and the status of its answer. ``test`` is an index of ``Claims.tests``."""

    test: int
    method: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job on a changed module ended: ``killed`` (by the test ``text``), ``survived``, ``timeout``, ``error``."""

    job: int
    word: str
    text: str
    ms: int


@dataclass(frozen=True, slots=True)
class Claims:
    """All that the run says of itself.

    ``status`` is the runner's; ``why`` what kept it from running. ``lines``: by file and line, the tests that ran it.
    ``branches``: by file, (line, column) of what decided, of what came next, and of what
    came after jumps that nobody wrote, as six numbers. ``outcomes`` are those of jobs, where some were ordered.
    """

    status: int
    why: str = ""
    tests: tuple[TestResult, ...] = ()
    lines: Mapping[str, Mapping[int, TestSet]] = field(default_factory=dict)
    branches: Mapping[str, frozenset[tuple[int, ...]]] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the tests that failed."""
        return tuple(test.name for test in self.tests if test.outcome == "failed")

    def of_package(self, path: str) -> TestSet:
        """The tests that ran anything of the package that a module is in."""
        package = path.rpartition("/")[0]
        beside = (lines for name, lines in self.lines.items() if name.rpartition("/")[0] == package)
        return reduce(or_, (tests for lines in beside for tests in lines.values()), NONE)

    @property
    def green(self) -> bool:
        """Whether tests ran, and all went well."""
        return self.status == 0 and bool(self.tests) and not self.failed


def parse(line: bytes) -> Mapping[str, Any]:
    """One line as JSON. ``BadReply`` if it is no object within the limits."""
    value = load(line, _LIMITS)
    if not isinstance(value, dict):
        raise BadReply("not an object")
    return value


def read_claims(value: Any) -> Claims:
    """The claims in a reply; ``BadReply`` for anything of another form."""
    if not isinstance(value, dict):
        raise BadReply("not an object")
    tests = tuple(_test(one) for one in _list(value.get("tests")))
    return Claims(
        status=_int(value.get("status")),
        why=_text(value.get("why")),
        tests=tests,
        lines={_text(path): _lines(found, len(tests)) for path, found in _dict(value.get("lines")).items()},
        branches={
            _text(path): frozenset(tuple(_int(n) for n in _list(one))[:6] for one in _list(found))
            for path, found in _dict(value.get("branches")).items()
        },
        calls=tuple(_call(one, len(tests)) for one in _list(value.get("calls"))),
        outcomes=tuple(_outcome(one) for one in _list(value.get("outcomes"))),
    )


def _lines(value: Any, tests: int) -> dict[int, TestSet]:
    found = {}
    for line, ran in _dict(value).items():
        if not line.isascii() or not line.isdigit() or len(line) > 6:
            raise BadReply("no line")
        found[int(line)] = _tests(ran, tests)
    return found


def _tests(value: Any, tests: int) -> TestSet:
    try:
        return TestSet.read(_text(value, tests + _LONGEST_NAME), tests)
    except ValueError as bad:
        raise BadReply(str(bad)) from None


def _test(value: Any) -> TestResult:
    name, outcome, ms = _exactly(value, 3)
    if outcome not in OUTCOMES:
        raise BadReply("no outcome")
    return TestResult(_text(name), outcome, _int(ms))


def _call(value: Any, tests: int) -> Call:
    test, method, path, status = _exactly(value, 4)
    return Call(_index(test, tests), _text(method), _text(path), _int(status))


def _outcome(value: Any) -> Outcome:
    job, word, text, ms = _exactly(value, 4)
    if word not in WORDS:
        raise BadReply("no outcome")
    return Outcome(_int(job), word, _text(text), _int(ms))


def _index(value: Any, tests: int) -> int:
    index = _int(value)
    if not OUTSIDE <= index < tests:
        raise BadReply("no such test")
    return index


def _exactly(value: Any, length: int) -> list[Any]:
    found = _list(value)
    if len(found) != length:
        raise BadReply("not as many as there have to be")
    return found


def _int(value: Any) -> int:
    if type(value) is not int or abs(value) > 1 << 31:
        raise BadReply("not a number")
    return value


def _text(value: Any, longest: int = _LONGEST_NAME) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise BadReply("not a short text")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadReply("not a list")
    return value


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadReply("not an object")
    return value
