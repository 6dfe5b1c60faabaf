"""Alerts, rules and dashboards by the course's own rules; promtool, where it is installed, shows more beside them."""

import re
from collections import Counter
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import Any

from grader.domain.evidence import Finding, Measurement
from grader.domain.words import last_lines
from grader.gates.operations.files import (
    SOURCE,
    Document,
    Files,
    absent,
    evidence,
    finding,
    items,
    line_of,
    mapping,
    measured,
)
from grader.sandbox.api import Limits
from grader.tools.tool import Tool, run

METRIC = "operations.monitoring"
_YAML = re.compile(r"(?:[^/]+/)*[^/]+\.ya?ml")
_JSON = re.compile(r"(?:[^/]+/)*[^/]+\.json")
_RULES = re.compile(r"(?m)^groups:\s*(?:#.*)?$")
_TESTS = re.compile(r"(?m)^tests:\s*(?:#.*)?$")
_SCRAPES = re.compile(r"(?m)^scrape_configs:")
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_]\w{0,100}", re.ASCII)
_DURATION = re.compile(r"(?:\d+(?:ms|[smhdwy]))+|0")
# Words of the query language that are no metrics.
_WORDS = frozenset(
    {
        *("and", "or", "unless", "on", "ignoring", "by", "without", "group_left", "group_right", "bool", "offset"),
        *(
            "sum",
            "min",
            "max",
            "avg",
            "count",
            "stddev",
            "stdvar",
            "topk",
            "bottomk",
            "quantile",
            "count_values",
            "group",
        ),
        *("inf", "nan", "start", "end", "le", "time", "vector", "scalar", "pi"),
    }
)
_UNPAINTED = frozenset({"row", "text", "news", "dashlist", "alertlist", "annolist", "welcome"})
_GO = Limits(memory_mb=512, processes=64, tmp_mb=16, wall_s=60.0, address_mb=None)


def measure(files: Files) -> Measurement:
    """How many things there are to mend in rules, alerts and dashboards."""
    texts = {path: files.text(path) for path in files.named(_YAML)}
    rules = [path for path, text in texts.items() if _RULES.search(text) and not _TESTS.search(text)]
    boards = [path for path in files.named(_JSON) if '"panels"' in files.text(path)]
    if not rules and not boards:
        return absent(METRIC, "The project has no alerts, no recording rules and no dashboards.")
    found: list[Finding] = []
    for path in rules:
        for document in files.documents(path, "monitoring.unreadable"):
            found += _rules(files, document)
    for path in boards:
        for document in files.documents(path, "monitoring.unreadable"):
            found += _dashboard(document)
    for path in (path for path, text in texts.items() if _SCRAPES.search(text)):
        for document in files.documents(path, "monitoring.unreadable"):
            found += _prometheus(files, document)
    tests = [path for path, text in texts.items() if _TESTS.search(text) and "rule_files:" in text]
    return measured(METRIC, [*files.problems, *found, *_promtool(files, rules, tests)], SOURCE)


def _rules(files: Files, document: Document) -> Iterator[Finding]:
    groups = items(mapping(document.value).get("groups"))
    seen = Counter(str(mapping(group).get("name")) for group in groups)
    for name, count in seen.items():
        if count > 1 or name == "None":
            yield finding("monitoring.group", f"{count} groups are called {name[:60]}.", document.path, document.line)
    for group in groups[:100]:
        for rule in items(mapping(group).get("rules"))[:300]:
            entry = mapping(rule)
            name = str(entry.get("alert") or entry.get("record") or "a rule without a name")[:100]
            line = line_of(document.text, name, document.line)
            problems = [
                *_expression(entry.get("expr")),
                *(_alert(files, document.path, entry) if "alert" in entry else _record(entry)),
            ]
            for kind, message, remedy in problems:
                yield finding(f"monitoring.{kind}", f"{name}: {message}", document.path, line, remedy=remedy)


def _expression(said: Any) -> Iterator[tuple[str, str, str]]:
    """What can be seen of a query without its language: brackets that close, and a metric that it asks for."""
    text = said if isinstance(said, str) else ""
    plain = re.sub(r"\"(?:[^\"\\]|\\.){0,1000}\"|'(?:[^'\\]|\\.){0,1000}'|`[^`]{0,1000}`|#.*", '""', text[:20_000])
    if not text.strip():
        yield "expression", "it has no expression.", "Write a query as expr."
    elif not _closes(plain):
        yield "expression", "its brackets do not match.", "Count the brackets of the query."
    elif not _metrics(plain):
        yield "constant", "its query asks for no metric.", "Ask for something that the application exports."


def _closes(text: str) -> bool:
    expected = []
    for character in text:
        if character in "([{":
            expected.append({"(": ")", "[": "]", "{": "}"}[character])
        elif character in ")]}" and (not expected or expected.pop() != character):
            return False
    return not expected


def _metrics(text: str) -> set[str]:
    outside = re.sub(
        r"\{[^{}]*\}|\[[^\[\]]*\]|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)", " ", text
    )
    called = set(re.findall(r"([a-zA-Z_:][\w:]*)\s*\(", outside))
    named = set(_NAME.findall(re.sub(r"\b\d[\w.]*", " ", outside)))
    selected = set(re.findall(r"__name__\s*=~?\s*\"", text))
    return {name for name in named - called if name.lower() not in _WORDS} | selected


def _alert(files: Files, path: str, alert: dict[Any, Any]) -> Iterator[tuple[str, str, str]]:
    if not mapping(alert.get("labels")).get("severity"):
        yield "severity", "it does not say how grave it is.", "Set labels: {severity: page} or ticket."
    notes = mapping(alert.get("annotations"))
    if not (notes.get("summary") or notes.get("description")):
        yield "summary", "it does not say what is wrong.", "Set annotations: {summary: …}."
    held = alert.get("for")
    if held is not None and not _DURATION.fullmatch(str(held)):
        yield "duration", f"for is {str(held)[:40]}, which is no duration.", "Write 5m, 1h30m or the like."
    book = str(notes.get("runbook") or notes.get("runbook_url") or "").partition("#")[0]
    if book and "://" not in book and "{{" not in book and not _is_there(files, path, book):
        yield "runbook", f"its runbook {book[:80]} is no file of the project.", "Write it, or correct the path."


def _is_there(files: Files, path: str, book: str) -> bool:
    """Whether a page is there, from the folder of the rules or from one above it."""
    folder = path
    while folder:
        folder = dirname(folder)
        if normpath(join(folder, book.lstrip("/"))) in files.subject.files:
            return True
    return False


def _record(rule: dict[Any, Any]) -> Iterator[tuple[str, str, str]]:
    if not _NAME.fullmatch(str(rule.get("record") or "")):
        yield "record", "it records under no name that a metric can have.", "Name it level:metric:operation."


def _dashboard(document: Document) -> Iterator[Finding]:
    board = mapping(document.value)
    if not str(board.get("title") or "").strip():
        yield finding("monitoring.dashboard", "The dashboard has no title.", document.path)
    if not str(board.get("uid") or "").strip():
        yield finding("monitoring.dashboard", "It has no uid: links to it break when it is loaded anew.", document.path)
    panels = [*_panels(board.get("panels"))]
    ids = Counter(panel.get("id") for panel in panels if type(panel.get("id")) is int)
    for number, count in ids.items():
        if count > 1:
            yield finding("monitoring.panel", f"{count} panels have the id {number}.", document.path)
    painted = [panel for panel in panels if panel.get("type") not in _UNPAINTED]
    if not painted:
        yield finding("monitoring.dashboard", "The dashboard shows nothing.", document.path, remedy="Add panels.")
    for panel in painted:
        yield from _panel(document, panel)


def _panels(said: Any, depth: int = 0) -> Iterator[dict[Any, Any]]:
    for panel in items(said)[:300]:
        yield mapping(panel)
        if depth < 3:
            yield from _panels(mapping(panel).get("panels"), depth + 1)


def _panel(document: Document, panel: dict[Any, Any]) -> Iterator[Finding]:
    title = str(panel.get("title") or "")[:80]
    line = line_of(document.text, f'"{title}"', document.line)
    if not title.strip():
        yield finding("monitoring.panel", f"Panel {str(panel.get('id'))[:10]} has no title.", document.path, line)
    targets = [mapping(target) for target in items(panel.get("targets"))[:50]]
    asked = [target for target in targets if target.get("expr") or target.get("query") or target.get("rawSql")]
    if not asked and not panel.get("libraryPanel"):
        yield finding("monitoring.panel", f"{title}: it asks for nothing.", document.path, line, remedy="Add a query.")
    for target in (target for target in asked if "expr" in target):
        variables = re.sub(r"\$\{?\w+(?::\w+)?\}?", "1m", str(target["expr"]))
        for kind, message, remedy in _expression(variables):
            yield finding(f"monitoring.{kind}", f"{title}: {message}", document.path, line, remedy=remedy)


def _prometheus(files: Files, document: Document) -> Iterator[Finding]:
    value = mapping(document.value)
    for name in items(value.get("rule_files"))[:50]:
        path = normpath(join(dirname(document.path), str(name)))
        if "*" not in path and not str(name).startswith("/") and path not in files.subject.files:
            message = f"The rule file {str(name)[:80]} is not there."
            yield finding("monitoring.rule-file", message, document.path, line_of(document.text, str(name)))
    if not items(value.get("scrape_configs")):
        yield finding("monitoring.scrape", "Nothing is scraped.", document.path, remedy="Name the application.")


def _promtool(files: Files, rules: list[str], tests: list[str]) -> Iterator[Finding]:
    """What promtool says of rules and of their unit tests; nothing where this machine has none."""
    subject = files.subject
    for words, paths in ((("check", "rules"), rules), (("test", "rules"), tests)):
        for path in paths[:20]:
            tool = Tool.of_machine("promtool", *words, f"/submission/{path}", limits=_GO)
            if tool is None:
                return
            output = run(tool, subject.sandbox, submission=subject.submission, deps=subject.deps)
            command = f"promtool {' '.join(words)}"
            said = last_lines(output.text) if output.status else "SUCCESS"
            yield evidence(finding(f"promtool.{words[0]}", f"{command}: {said}", path, source="promtool"))
