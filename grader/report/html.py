"""The report that people look at: one file, without network and without JavaScript."""

import base64
import hashlib
import re
from functools import cache

import jinja2
from markupsafe import Markup

from grader.domain.course import Level
from grader.domain.evidence import MUTATION_REPORT
from grader.domain.result import Result
from grader.domain.start import START
from grader.domain.status import Status
from grader.report import criterion_words, gate_words, provenance_words, verdict_words, words
from grader.report.audience import for_learners
from grader.report.causes import followers, leaders
from grader.report.environment import escaping_environment
from grader.report.escape import clip, html, html_prose, web_address
from grader.report.exhibits import exhibit
from grader.report.plots import STATES
from grader.report.reviews import reviewed, unreviewed
from grader.report.since import sentences, trends
from grader.report.steps import as_points
from grader.scoring import by_dimension


def make_ready() -> None:
    """Compile the templates, which takes far longer than to render them."""
    for name in _environment().list_templates(extensions=("j2",)):
        _environment().get_template(name)


def render(result: Result) -> str:
    """The page as text, as a learner may read it."""
    return _page(for_learners(result), staff=False)


def render_for_staff(result: Result) -> str:
    """The page with the grader's own faults and tracebacks of hidden checks, and a word that says so."""
    return _page(result, staff=True)


def _page(result: Result, *, staff: bool) -> str:
    css, gates = _style(), {gate.metric: gate for gate in result.gates}
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            staff=staff,
            verdict=verdict_words.verdict(result),
            groups={status: [c for c in result.criteria if c.status is status] for status in Status},
            titles=criterion_words.titles(result) | {g.metric: g.title for g in result.gates},
            leaders=leaders(result),
            followers=followers(result),
            changed=sentences(result),
            in_full=criterion_words.in_full(result),
            before=trends(result),
            same_cause=gate_words.same_cause(result.gates),
            exhibits=[(a, exhibit(a, gates.get(a.criterion))) for a in result.artefacts if a.kind != MUTATION_REPORT],
            dimensions=by_dimension(result.scored),
            css=Markup(css),
            css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii"),
        )
    )


def segments(result: Result) -> tuple[tuple[Status, float, float], ...]:
    """The parts of the score bar: a status, where it begins and how wide it is, in percent of the points measured."""
    parts = []
    start = 0
    for status in (Status.PASSED, Status.FAILED, Status.BLOCKED, Status.ERRORED):
        worth = sum(s.max_score for s in as_points(result).scored if s.status is status)
        if worth:
            parts.append((status, round(100 * start / result.max_score, 2), round(100 * worth / result.max_score, 2)))
        start += worth
    return tuple(parts)


@cache
def _environment() -> jinja2.Environment:
    environment = escaping_environment("grader.report")
    environment.filters |= {
        "clip": clip,
        "linked": _linked,
        "prose": lambda text: Markup(html_prose(text)),
        "web_address": web_address,
    }
    environment.globals |= {
        "START": START,
        "Status": Status,
        "CELLS": STATES,
        "gravest": gate_words.gravest,
        "ICONS": words.ICONS,
        "STEPS": range(1, len(Level)),
        "steps_of": words.steps_of,
        "WORDS": words.WORDS,
        "tally": criterion_words.tally,
        "shown": criterion_words.shown,
        "waits_for": criterion_words.waits_for,
        "reproduce": criterion_words.reproduce,
        "points": words.points,
        "unofficial": provenance_words.unofficial,
        "count": words.count,
        "required": gate_words.required,
        "measured": gate_words.measured,
        "reading": gate_words.reading,
        "worth": gate_words.worth,
        "level": words.level,
        "measured_when": provenance_words.measured_when,
        "reviewed": reviewed,
        "segments": segments,
        "unreviewed": unreviewed,
        "whose": provenance_words.whose,
        "unmeasured_count": criterion_words.unmeasured_count,
    }
    return environment


@cache
def _style() -> str:
    return "\n" + jinja2.PackageLoader("grader.report", "templates").get_source(_environment(), "report.css")[0]


def _linked(text: str) -> Markup:
    """The text with its web addresses as links."""
    pieces = re.split(r"(https?://[^\s<>()\"'`\\]+(?<![.,;:!?]))", text)
    return Markup("").join(
        Markup('<a href="{0}" rel="noreferrer noopener">{0}</a>').format(Markup(html(piece)))
        if index % 2 and web_address(piece)
        else Markup(html(piece))
        for index, piece in enumerate(pieces)
    )
