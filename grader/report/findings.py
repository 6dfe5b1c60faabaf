"""The findings of a gate as a list in Markdown: what every page says of them, a report or a form of a review."""

from collections.abc import Iterator

from grader.domain.result import GateVerdict
from grader.report.escape import clip, markdown_code, markdown_prose
from grader.report.gate_words import gravest, said_of
from grader.report.words import count


def listed(gate: GateVerdict, *, most: int, limit: int, indent: str = "", ending: str = ".") -> Iterator[str]:
    """Its findings, the gravest first, or the places that it names where it has none; nothing in them is markup.

    At most ``most`` are listed, each text of them ``limit`` characters long, and the rest counted: ``… and 3 more
    findings`` with the ``ending``.
    """
    found = gravest(gate)
    for finding in found[:most]:
        place = f" {markdown_code(clip(str(finding.where), limit))}" if finding.where else ""
        resolved = f" Resolved: {markdown_prose(clip(finding.resolved, limit))}" if finding.resolved else ""
        yield f"{indent}- {markdown_prose(clip(said_of(finding), limit))}{place}{resolved}"
    for where in () if found else gate.where[:most]:
        yield f"{indent}- Where: {markdown_code(clip(str(where), limit))}"
    if (left := len(found or gate.where) - most) > 0:
        noun = count(left, "more finding", "more findings") if found else count(left, "more place", "more places")
        yield f"{indent}- … and {noun}{ending}"
