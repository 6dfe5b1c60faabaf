"""The step summary of a GitHub workflow, or any page of Markdown. Learner text is always escaped."""

from collections.abc import Iterator

from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.start import START
from grader.domain.status import Status
from grader.report.audience import for_learners
from grader.report.causes import Cause, followers, leaders
from grader.report.criterion_words import long_traceback, reproduce, shown, titles, waits_for
from grader.report.escape import clip, markdown, markdown_block, markdown_code, markdown_prose, web_address
from grader.report.findings import listed
from grader.report.gate_words import measured, reading, required, same_cause, worth
from grader.report.provenance_words import measured_when, unofficial, whose
from grader.report.reviews import reviewed
from grader.report.since import sentences, trends
from grader.report.verdict_words import verdict
from grader.report.words import ICONS, WORDS, count, level
from grader.report.words import worth as worth_of

_CASES = 5  # of one criterion: GitHub cuts a summary off at 1 MiB
_PLACES = 20
_LIMIT = 1_500


def render(result: Result) -> str:
    """The result as Markdown: verdict, next step, a table of criteria, then what failed."""
    result = for_learners(result)
    return (
        "\n".join(
            [
                *_head(result),
                *_start(result),
                *_next_step(result),
                *_table(result),
                *_gates(result),
                *_levels(result),
                *_failures(result),
                *_review(result),
                *_foot(result),
            ]
        )
        + "\n"
    )


def _head(result: Result) -> Iterator[str]:
    outcome = verdict(result)
    score = f": {result.score} of {result.max_score} points" if result.graded and result.max_score else ""
    yield f"# {markdown(outcome.headline)}{score}"
    yield ""
    yield f"**{markdown(result.heading)}.** {markdown(outcome.sentence)}"
    yield ""
    yield f"Submission: {markdown_code(clip(whose(result.provenance), _LIMIT))}"
    yield ""
    if not result.provenance.official:
        yield f"**{markdown_prose(unofficial(result.provenance))}**"
        yield ""
    for sentence in sentences(result):
        yield markdown(sentence)
        yield ""
    for notice in result.notices:
        yield f"> **Note:** {markdown_prose(clip(notice, _LIMIT))}"
        yield ""


def _start(result: Result) -> Iterator[str]:
    failure = result.start
    if failure is None:
        return
    yield f"**Mend this first.** {markdown_prose(clip(failure.observed, _LIMIT))}"
    yield ""
    if failure.where:
        yield f"- Where: {markdown_code(clip(str(failure.where), _LIMIT))}"
    yield f"- Next: {markdown_prose(failure.remedy)}"
    yield f"- See it yourself: {markdown_code(failure.repeat)}"
    yield ""
    if failure.traceback:
        yield from _traceback(failure.traceback)


def _traceback(text: str) -> Iterator[str]:
    yield "<details><summary>Traceback</summary>"
    yield ""
    yield markdown_block(text[-4 * _LIMIT :])
    yield ""
    yield "</details>"
    yield ""


def _next_step(result: Result) -> Iterator[str]:
    step = result.next_step
    if step is None:
        return
    worth = f"({worth_of(step.max_score, step.task)})"
    yield f"**Next step:** {markdown(step.title)} {worth}. {markdown_prose(step.hint)}"
    yield ""


def _table(result: Result) -> Iterator[str]:
    if not result.criteria:
        return
    yield "| | Criterion | Task | Points |"
    yield "|---|---|---:|---:|"
    for c in result.criteria:
        scored = "–" if c.status is Status.MANUAL or not c.max_score else f"{c.score} / {c.max_score}"
        yield f"| {ICONS[c.status]} {WORDS[c.status]} | {markdown(c.title)} | {c.task or '–'} | {scored} |"
    yield ""


def _gates(result: Result) -> Iterator[str]:
    if not result.gates:
        return
    yield "| | Gate | Measured | By | Points |"
    yield "|---|---|---|---|---:|"
    before = trends(result)
    for g in result.gates:
        value = f"{reading(g)}; {before[g.id]}" if g.id in before else reading(g)
        cells = (f"{ICONS[g.status]} {WORDS[g.status]}", markdown(g.title), markdown(value), markdown(g.source))
        yield f"| {' | '.join(cells)} | {worth(g) or '–'} |"
    yield ""


def _levels(result: Result) -> Iterator[str]:
    if not result.levels:
        return
    yield "| Dimension | Level | To the next | For the reviewer |"
    yield "|---|---|---|---|"
    for found in result.levels:
        sentences = (" ".join(map(markdown_prose, part)) for part in (found.missing, found.pending))
        yield f"| {' | '.join((found.dimension.value, level(found), *sentences))} |"
    yield ""


def _failures(result: Result) -> Iterator[str]:
    named = titles(result)
    following, leading = followers(result), leaders(result)
    for c in result.criteria:
        if c.id in following:
            first = markdown(following[c.id].title)
            yield f"{ICONS[c.status]} **{markdown(c.title)}** fails for the same cause as: {first}."
            yield ""
        elif c.status is Status.FAILED:
            yield from _failure(c, result, leading.get(c.id))
        elif c.status is Status.BLOCKED and c.blocked_by and START not in c.blocked_by:
            needed = markdown(waits_for(c, named))
            yield f"{ICONS[c.status]} **{markdown(c.title)}** is blocked until this passes: {needed}."
            yield ""
    same = same_cause(result.gates)
    for gate in result.gates:
        if gate.id in same:
            first = markdown(same[gate.id].title)
            yield f"{ICONS[gate.status]} **{markdown(gate.title)}** fails for the same cause as: {first}."
            yield ""
        elif gate.status is Status.FAILED:
            yield from _failed_gate(gate)


def _failed_gate(gate: GateVerdict) -> Iterator[str]:
    yield f"## {ICONS[gate.status]} {markdown(gate.title)}"
    yield ""
    yield f"- Required: {markdown(required(gate))}"
    yield f"- Measured: {markdown(measured(gate))}"
    yield from listed(gate, most=_PLACES, limit=_LIMIT)
    yield ""
    yield from _advice(gate)


def _failure(criterion: CriterionResult, result: Result, cause: Cause | None) -> Iterator[str]:
    yield f"## {ICONS[criterion.status]} {markdown(criterion.title)}"
    yield ""
    cases, rest = shown(criterion, _CASES)
    for case in cases:
        yield from _case(case)
    if rest:
        yield f"… and {count(len(rest), 'more case', 'more cases')}."
        yield ""
    if cause is not None:
        yield f"**One cause:** {markdown(cause.sentence)}"
        yield ""
    yield from _advice(criterion)
    words, command = reproduce(criterion, result)
    yield f"{markdown(words)} {markdown_code(command)}".rstrip()
    yield ""


def _review(result: Result) -> Iterator[str]:
    """What reviewers said of each manual criterion, where anybody did."""
    found = [(c, reviewed(c)) for c in result.criteria if reviewed(c)]
    if found:
        yield "## Peer review"
        yield ""
    for criterion, (together, *each) in found:
        yield f"- **{markdown(criterion.title)}**: {markdown_prose(together.sentence)}"
        for one in each:
            said = clip(one.observed, _LIMIT)
            yield f"    - {markdown(one.sentence)} {'' if '\n' in said else markdown_prose(said)}".rstrip()
            if "\n" in said:
                yield ""
                yield from (f"        {line}" for line in markdown_block(said).splitlines())
    if found:
        yield ""


def _advice(scored: CriterionResult | GateVerdict) -> Iterator[str]:
    if scored.hint:
        yield f"**Hint:** {markdown_prose(scored.hint)}"
        yield ""
    for title, address in scored.docs:
        link = web_address(address)
        yield f"- [{markdown(title)}](<{link}>)" if link else f"- {markdown(title)}"
    if scored.docs:
        yield ""


def _case(case: Observation) -> Iterator[str]:
    yield f"- {markdown_prose(clip(case.sentence, _LIMIT))}"
    for label, text in (("Expected", case.expected), ("Observed", case.observed)):
        if text:
            yield f"  - {label}: {markdown_code(clip(text, _LIMIT))}"
    if case.where:
        yield f"  - Where: {markdown_code(clip(str(case.where), _LIMIT))}"
    yield ""
    if case.output:
        yield "The command's last lines:"
        yield ""
        yield markdown_block(case.output)
        yield ""
    if long_traceback(case):
        yield from _traceback(long_traceback(case))


def _foot(result: Result) -> Iterator[str]:
    p = result.provenance
    official = "official" if p.official else "unofficial"
    commit = f" at {markdown_code(p.commit[:12])}" if p.commit else ""
    yield "---"
    when = markdown(measured_when(p))
    yield f"Graded{commit} by grader {markdown(p.grader_version)}, {official}, seed {p.seed}, {when}."
