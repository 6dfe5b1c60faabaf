"""What mypy finds by the course's configuration, as strict as the course's own application is checked."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.domain.evidence import MOST_FINDINGS, Finding, Location, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.gates.style.planted import Planted, plant, without_switches
from grader.gates.subject import Subject
from grader.stage.edited import edited
from grader.stage.host import own_variables
from grader.tools.mypy import mypy, mypy_version
from grader.tools.tool import Output, run

METRIC, _UNIT = "style.mypy", "errors"
_CLEAN, _FOUND = 0, 1
_MODULE = re.compile(r"(?:[A-Za-z_]\w{0,99}/){0,20}[A-Za-z_]\w{0,99}\.py", re.ASCII)
_PATH = re.compile(r"/submission/([\w./-]{1,300})", re.ASCII)
_CODE = re.compile(r"[a-z][a-z-]{1,40}")
_ANNOTATED = re.compile(r"(?m)^[ \t]*(?:async )?def \w+\([^#\n]*\)\s*->|^[ \t]*(?:async )?def \w+\([^)\n]*\w: ?\w")
_USES_MYPY = re.compile(r"\[tool\.mypy\]|^\[mypy\]|\bmypy\b", re.M)
_CONFIGURED = ("pyproject.toml", "mypy.ini", ".mypy.ini", "setup.cfg", "tox.ini")
_IGNORED = re.compile(r"#\s*type:\s*ignore\[")
# What mypy takes for code that never runs, and for functions that are none of its business.
_HIDES = re.compile(
    r"^[ \t]*(?:@(?:\w+\.)?no_type_check\b|(?:el)?if\b.*(?:\bnot\s+(?:\w+\.)?TYPE_CHECKING|\bMYPY\b))", re.M
)
# As many exceptions as a reviewer reads; the reference application has one in 900 lines.
_LINES_AN_EXCEPTION, _FREE_EXCEPTIONS = 200, 5
_STUBS = ("typings/", "stubs/")  # not where modules are imported from
_LARGEST_MODULE, _MOST_MODULES, _LONGEST = 1 << 19, 2_000, 16 << 20
_REMEDY = "Read what the error is about: mypy.readthedocs.io, “Error codes”."


def measure(subject: Subject) -> Measurement:
    """How many errors there are; also what keeps mypy from looking, and exceptions beyond a few, count as errors."""
    modules = _modules(subject)
    if reason := _not_applicable(subject, modules):
        return Measurement(METRIC, None, _UNIT, Status.NOT_APPLICABLE, mypy_version(), reason)
    tests = tuple(f"{folder}/" for folder in subject.layout.tests)
    texts = {name: without_switches(text, is_test=name.startswith(tests)) for name, text in modules.items()}
    planted = plant(texts, random.Random(f"{subject.seed}-mypy"))
    output = _run(subject, texts, planted)
    reason, found = _read(output, planted)
    if reason:
        return Measurement(METRIC, None, _UNIT, Status.FAILED, mypy_version(), reason)
    findings = [*_hidden(subject, modules), *_beyond(modules), *(error.finding() for error in found)]
    findings.sort(key=lambda finding: (finding.where is None, str(finding.where)))
    where = tuple(finding.where for finding in findings if finding.where)[:MOST_FINDINGS]
    shown = tuple(findings[:MOST_FINDINGS])
    return Measurement(METRIC, len(findings), _UNIT, Status.PASSED, mypy_version(), where=where, findings=shown)


@dataclass(frozen=True, slots=True)
class _Error:
    """A line that mypy wrote, at a place of the module as it was checked."""

    path: str
    line: int
    code: str
    message: str

    def finding(self) -> Finding:
        """As it is shown."""
        place = Location(self.path, self.line if self.line > 0 else None)
        return Finding(self.code, self.message, Severity.LOW, place, _REMEDY, source=mypy_version())


def _modules(subject: Subject) -> dict[str, str]:
    """The texts of the modules that are checked: those of the sources and tests, or all where none are named."""
    layout = subject.layout
    roots = tuple(f"{folder}/" for folder in (*layout.sources, *layout.tests) if folder != ".")
    wanted = [name for name in subject.files if _MODULE.fullmatch(name)]
    below = [name for name in wanted if name.startswith(roots)] if layout.sources else wanted
    return {name: _text(subject, name) for name in (below or wanted)[:_MOST_MODULES]}


def _text(subject: Subject, name: str) -> str:
    with (subject.submission / name).open("rb") as file:
        return file.read(_LARGEST_MODULE).decode("utf-8", "replace")


def _not_applicable(subject: Subject, modules: Mapping[str, str]) -> str:
    """Why this project cannot be held to types; "" where it can: it has annotations, or says that it uses mypy."""
    if not modules:
        return "The project has no modules to check."
    configured = (_text(subject, name) for name in _CONFIGURED if name in subject.files)
    if any(_USES_MYPY.search(text) for text in configured):
        return ""
    if any(_ANNOTATED.search(text) for text in modules.values()):
        return ""
    return "No function of the project has annotations, and nothing in it speaks of mypy."


def _run(subject: Subject, texts: Mapping[str, str], planted: Mapping[str, Planted]) -> Output:
    edits = {**texts, **{name: one.text for name, one in planted.items()}}
    env, kind = own_variables(), subject.spec.sandbox
    tool = mypy(texts, subject.layout, folder=subject.folder, state_dir=subject.state_dir, env=env, kind=kind)
    with edited(subject.submission, edits, subject.folder) as root:
        return run(tool, subject.sandbox, submission=root, deps=subject.deps)


def _read(output: Output, planted: Mapping[str, Planted]) -> tuple[str, list[_Error]]:
    """Why there is no number, or "", and the errors in lines as they were handed in."""
    errors = list(dict.fromkeys(_errors(output.text)))
    if output.status not in (_CLEAN, _FOUND) or len(output.text) >= _LONGEST:
        first = f"{errors[0].path}:{errors[0].line}: {errors[0].message}" if errors else output.text[-200:]
        said = bounded(one_line(first))
        return f"mypy could not check the project, which has to load under its settings: {said}", []
    found, noticed = [], set()
    for error in errors:
        one = planted.get(error.path)
        line = one.original(error.line) if one else error.line
        if line is None:
            noticed.add(error.path)
        else:
            found.append(_Error(error.path, line, error.code, error.message))
    missed = sorted(planted.keys() - noticed)
    if len(missed) * 3 > len(planted):
        names = ", ".join(missed[:3])
        return f"mypy was kept from seeing mistakes planted in a copy ({names}): the settings change what it says.", []
    return "", found


def _errors(text: str) -> Iterator[_Error]:
    for line in text.splitlines():
        entry = _entry(line)
        path = _PATH.fullmatch(str(entry.get("file"))) if entry else None
        if path is None or entry.get("severity") != "error" or type(entry.get("line")) is not int:
            continue
        code = str(entry.get("code") or "syntax")
        code = code if _CODE.fullmatch(code) else "?"
        yield _Error(path[1], entry["line"], code, bounded(str(entry.get("message"))))


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line) if line.startswith("{") and len(line) < 20_000 else None
    except (ValueError, RecursionError):
        entry = None
    return entry if isinstance(entry, dict) else {}


def _hidden(subject: Subject, modules: Mapping[str, str]) -> Iterator[Finding]:
    """What mypy does not look at because the project tells it so: a stub stands for a module, or for a package."""
    for place in _places(modules, _HIDES):
        yield _hides(place, "mypy does not look at what stands here.")
    for name in subject.files:
        alone = (
            name.endswith(".pyi") and name.removesuffix("i") not in subject.files
        )  # beside a module it has no effect
        if alone and not name.startswith(_STUBS) and _PATH.fullmatch(f"/submission/{name}"):
            yield _hides(Location(name), "mypy reads this stub in the place of a module or package.")


def _hides(place: Location, message: str) -> Finding:
    remedy = "Annotate what runs. What types alone need stands below `if TYPE_CHECKING:`, stubs of others in typings/."
    return Finding("hidden", message, Severity.LOW, place, remedy, source="the style gate")


def _beyond(modules: Mapping[str, str]) -> Iterator[Finding]:
    """Lines with an exception for a code, beyond the number that a project of so many lines may have."""
    most = max(_FREE_EXCEPTIONS, sum(text.count("\n") for text in modules.values()) // _LINES_AN_EXCEPTION)
    for number, place in enumerate(_places(modules, _IGNORED), 1):
        if number > most:
            message = f"This is exception {number} from mypy's rules; {most} are as many as anybody reviews."
            yield Finding("exceptions", message, Severity.LOW, place, "Mend what it hides.", source="the style gate")


def _places(modules: Mapping[str, str], pattern: re.Pattern[str]) -> Iterator[Location]:
    for name, text in modules.items():
        for match in pattern.finditer(text):
            yield Location(name, text.count("\n", 0, match.start()) + 1)
