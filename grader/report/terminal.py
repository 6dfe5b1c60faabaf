"""The result in a terminal: the verdict first, then what to mend. Nothing is conveyed by colour alone."""

from collections.abc import Callable, Iterator
from functools import partial

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult, GateVerdict, LevelVerdict, Result
from grader.domain.start import START, StartFailure
from grader.domain.status import Status
from grader.domain.words import last_part
from grader.report import criterion_words, escape, gate_words, provenance_words, verdict_words, words
from grader.report.audience import for_learners
from grader.report.causes import Cause, followers, leaders
from grader.report.plain import Plain
from grader.report.reviews import reviewed
from grader.report.since import sentences, trends
from grader.report.words import ICONS, WORDS, count, points

_STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.BLOCKED: "yellow",
    Status.ERRORED: "magenta",
    Status.MANUAL: "cyan",
    Status.NOT_APPLICABLE: "dim",
}
_KINDS = {"met": "bold green", "unmet": "bold red", "ungraded": "bold magenta", "practice": "bold"}
# What is listed where passes are not: all that is open, and what waits for a person.
_LISTED = (Status.FAILED, Status.BLOCKED, Status.ERRORED, Status.MANUAL)
_CASES = 3
_PLACES = 5
_LIMIT = 600
Reproduce = Callable[[CriterionResult], tuple[str, str]]


def terminal(
    result: Result, *, faults: bool = False, verbose: bool = False, path: str = "", program: str = "grader"
) -> RenderableType:
    """What ``rich`` prints: verdict, changes, what fails with the first of it opened, the next step.

    Of a success it is short. ``verbose`` opens all that fails and lists what passes. ``path`` is the submission as the
    person named it, and ``program`` what called this one, for the commands. ``faults`` adds what went wrong on the
    grader's side: for staff only. A console that takes ASCII only gets that.
    """
    shown = result if faults else for_learners(result)
    return Plain(
        Group(*_parts(shown, verbose, partial(criterion_words.reproduce, result=shown, path=path, program=program)))
    )


def _parts(result: Result, verbose: bool, reproduce: Reproduce) -> Iterator[RenderableType]:
    yield from _head(result)
    if result.start is not None:
        yield from _open_start(result.start)
    titles = criterion_words.titles(result)
    opened = _opened(result, verbose)
    leading, following = leaders(result), followers(result)
    for criterion in opened:
        yield from _open(criterion, leading.get(criterion.id), reproduce)
    rest = [c for c in result.criteria if c not in opened and (verbose or c.status in _LISTED) and not _at_start(c)]
    if rest:
        yield _folded(rest, titles, following)
    yield from _gates(result)
    if result.levels:
        yield _levels(result.levels)
    yield from _end(result, verbose)


def _gates(result: Result) -> Iterator[RenderableType]:
    same, before = gate_words.same_cause(result.gates), trends(result)
    opened = [g for g in result.gates if g.status in (Status.FAILED, Status.ERRORED) and g.id not in same]
    for gate in opened:
        yield from _open_gate(gate, before)
    if folded := [g for g in result.gates if g not in opened]:
        yield _folded_gates(folded, same, before)


def _at_start(criterion: CriterionResult) -> bool:
    """Whether it waits for the start, which is told once: how many do, the verdict says."""
    return criterion.blocked_by == (START,)


def _opened(result: Result, verbose: bool) -> list[CriterionResult]:
    """The criteria to show in full: the next step, or the first that could not be measured; with ``verbose`` many."""
    chosen = criterion_words.in_full(result)
    failed = [c for c in result.criteria if c.id in chosen]
    errored = [c for c in result.criteria if c.status is Status.ERRORED]
    if verbose:
        return failed + errored
    with_fault = [c for c in errored if any(o.fault for o in c.observations)]
    return failed[:1] + (with_fault or errored[: 0 if failed else 1])


def _open_start(failure: StartFailure) -> Iterator[RenderableType]:
    yield Rule(style="dim")
    yield _line("Mend this first", "bold")
    rows = [("expected", failure.expected), ("observed", failure.observed), ("where", str(failure.where or ""))]
    rows += [("traceback", last_part(failure.traceback, _LIMIT) if failure.traceback.count("\n") > 2 else "")]
    rows += [("next", failure.remedy), ("repeat", failure.repeat)]
    yield Padding(_pairs(rows), (1, 0, 1, 2))


def _head(result: Result) -> Iterator[RenderableType]:
    verdict = verdict_words.verdict(result)
    yield Text()
    yield _line(result.heading, "dim")
    head = _line(verdict.headline, _KINDS[verdict.kind])
    if not result.provenance.official:
        head.append("  unofficial", "not bold")
    if result.graded and result.max_score:
        head.append(f"  {result.score} of {result.max_score} points", "bold")
    yield head
    yield _line(verdict.sentence)
    yield _line(escape.clip(provenance_words.whose(result.provenance), _LIMIT), "dim")
    if result.criteria or result.gates:
        yield Text("  ").join(Text(f"{ICONS[s]} {n} {WORDS[s]}", _STYLES[s]) for s, n in criterion_words.tally(result))
    for notice in result.notices:
        yield Text()
        yield Text.assemble(("Note: ", "bold"), escape.terminal(escape.clip(notice, _LIMIT)))
    for sentence in sentences(result):
        yield Text()
        yield _line(sentence)
    yield Text()


def _open(criterion: CriterionResult, cause: Cause | None, reproduce: Reproduce) -> Iterator[RenderableType]:
    style = _STYLES[criterion.status]
    yield Rule(style="dim")
    title = Text(f"{ICONS[criterion.status]} {WORDS[criterion.status]}  ", style)
    title.append(escape.terminal(criterion.title), "bold")
    said = words.worth(criterion.max_score, criterion.task).replace(", ", " · ")
    title.append(f"  {said} · {criterion.id}", "dim not bold")
    yield title
    cases, rest = criterion_words.shown(criterion, _CASES)
    for case in cases:
        yield Padding(_case(case), (1, 0, 0, 2))
    if rest:
        yield Text(f"\n  … and {count(len(rest), 'more case', 'more cases')}")
    if cause is not None:
        yield Padding(_pairs([("one cause", cause.sentence)]), (1, 0, 0, 2))
    if criterion.status is Status.FAILED:
        yield Padding(_advice(criterion, *reproduce(criterion)), (1, 0, 1, 2))


def _case(case: Observation) -> RenderableType:
    parts: list[RenderableType] = [_line(escape.clip(case.sentence, _LIMIT))]
    rows = [("expected", case.expected), ("observed", case.observed), ("where", str(case.where or ""))]
    rows += [
        ("output", last_part(case.output, _LIMIT)),
        ("traceback", last_part(criterion_words.long_traceback(case), _LIMIT)),
    ]
    rows.append(("fault", case.fault))
    if case.status is Status.ERRORED:
        rows.insert(0, ("status", "could not be measured; this is not your fault"))
    return Group(*parts, _pairs(rows))


def _advice(criterion: CriterionResult, advice: str, command: str) -> RenderableType:
    rows = [("hint", criterion.hint)]
    rows += [("read", f"{title} {address}") for title, address in criterion.docs]
    rows.append(("repeat" if command else "look again", command or advice))
    return _pairs(rows)


def _pairs(rows: list[tuple[str, str]]) -> Table:
    """Label and text side by side, the text wrapped in its own column."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in rows:
        if text:
            table.add_row(label, Text(escape.terminal(escape.clip(text.rstrip(), _LIMIT)), overflow="fold"))
    return table


def _folded(
    criteria: list[CriterionResult], titles: dict[str, str], following: dict[str, CriterionResult]
) -> RenderableType:
    table = _three_columns()
    order = [Status.FAILED, Status.ERRORED, Status.BLOCKED, Status.MANUAL, Status.PASSED]
    for c in sorted(criteria, key=lambda c: order.index(c.status)):
        title = _line(c.title)
        if c.blocked_by:
            title.append(escape.terminal(f"\nfirst: {criterion_words.waits_for(c, titles)}"), "dim")
        if c.id in following:
            title.append(escape.terminal(f"\nsame cause as: {following[c.id].title}"), "dim")
        for said in reviewed(c)[:1]:
            title.append(escape.terminal(f"\npeer review: {said.sentence}"), "dim")
        scored = "" if c.status is Status.MANUAL or not c.max_score else f"{c.score}/{c.max_score}"
        table.add_row(Text(f"{ICONS[c.status]} {WORDS[c.status]}", _STYLES[c.status]), title, scored)
    return Group(Rule(style="dim"), table)


def _open_gate(gate: GateVerdict, before: dict[str, str]) -> Iterator[RenderableType]:
    counts = points(gate.max_score) if gate.max_score else gate_words.worth(gate)
    title = Text(f"{ICONS[gate.status]} {WORDS[gate.status]}  ", _STYLES[gate.status])
    title.append(escape.terminal(gate.title), "bold")
    title.append("  " + " · ".join(part for part in (counts, "gate", gate.id) if part), "dim not bold")
    rows = [("required", gate_words.required(gate)), ("measured", gate_words.measured(gate))]
    rows += [("before", before.get(gate.id, "")), ("by", gate.source), *_findings(gate), ("fault", gate.fault)]
    if gate.status is Status.FAILED:
        rows += [("hint", gate.hint), *(("read", f"{title} {address}") for title, address in gate.docs)]
    else:
        rows.insert(0, ("status", "could not be measured; this is not your fault"))
    yield Rule(style="dim")
    yield title
    yield Padding(_pairs(rows), (1, 0, 1, 2))


def _findings(gate: GateVerdict) -> Iterator[tuple[str, str]]:
    """The gravest findings with what to do, or the places if there are no findings."""
    found = [finding for finding in gate_words.gravest(gate) if not finding.resolved]
    for finding in found[:_PLACES]:
        place = f"{finding.where}  " if finding.where else ""
        yield "found", "\n".join(part for part in (place + gate_words.said_of(finding), finding.remedy) if part)
    if len(found) > _PLACES:
        yield "", f"… and {count(len(found) - _PLACES, 'more finding', 'more findings')}, in the report"
    if not found:
        yield "where", "\n".join(map(str, gate.where[:_PLACES])) + _more_places(gate)


def _more_places(gate: GateVerdict) -> str:
    rest = len(gate.where) - _PLACES
    return f"\n… and {count(rest, 'more place', 'more places')}" if rest > 0 else ""


def _folded_gates(gates: list[GateVerdict], same: dict[str, GateVerdict], before: dict[str, str]) -> RenderableType:
    table = _three_columns()
    for gate in gates:
        if gate.id in same:
            title = _line(gate.title)
            title.append(escape.terminal(f"\nsame cause as: {same[gate.id].title}"), "dim")
        else:
            trend = f"; {before[gate.id]}" if gate.id in before else ""
            title = _line(f"{gate.title}: {gate_words.reading(gate)}{trend}")
        if gate.source:
            title.append(escape.terminal(f"\nby {gate.source}"), "dim")
        status = Text(f"{ICONS[gate.status]} {WORDS[gate.status]}", _STYLES[gate.status])
        table.add_row(status, title, gate_words.worth(gate).replace(" ", ""))
    return Group(Rule(style="dim"), table)


def _levels(levels: tuple[LevelVerdict, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for found in levels:
        cell = Text(words.level(found), "bold")
        for label, missing in (("to the next", found.missing), ("for the reviewer", found.pending)):
            cell.append("".join(f"\n{label}: {escape.terminal(sentence)}" for sentence in missing), "not bold")
        table.add_row(found.dimension.value, cell)
    return Group(Rule(style="dim"), table)


def _three_columns() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    return table


def _end(result: Result, verbose: bool) -> Iterator[RenderableType]:
    step = result.next_step
    if step is not None:
        yield Text()
        yield Text.assemble(
            ("Next step: ", "bold"),
            escape.terminal(step.title),
            (f" ({words.worth(step.max_score, step.task)})", "dim"),
        )
    if not verbose and any(c.status in (Status.FAILED, Status.PASSED) for c in result.criteria):
        yield _line("All of it is in the report; `--verbose` shows it here.", "dim")
    if not result.provenance.official:
        yield _line(provenance_words.unofficial(result.provenance), "dim")
    yield _line(f"Seed {result.provenance.seed}, {result.provenance.duration_s:.1f} s", "dim")
    if result.provenance.reused:
        yield _line(f"Measured {provenance_words.measured_when(result.provenance)}. `--fresh` measures anew.", "dim")


def _line(text: str, style: str = "") -> Text:
    return Text(escape.terminal(text), style)
