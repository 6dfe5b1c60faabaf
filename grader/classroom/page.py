"""The page of a class, for its instructor: one file, without network and without JavaScript."""

import base64
import hashlib
from functools import cache

import jinja2
from markupsafe import Markup

from grader.classroom.overview import Overview
from grader.classroom.policy import plain
from grader.classroom.similar.findings import Findings
from grader.domain.status import Status
from grader.report.environment import escaping_environment
from grader.report.escape import clip
from grader.report.words import ICONS, WORDS

FILE_NAME = "class.html"


def render(overview: Overview, similar: Findings | None = None) -> str:
    """The page as text; ``similar`` is what a comparison of the submissions found, where one was made."""
    css = _style()
    return (
        _environment()
        .get_template("class.html.j2")
        .render(
            shown=overview,
            similar=similar,
            names={row.id: row for row in overview.rows},
            highest=max(overview.bins, default=0) or 1,
            css=Markup(css),
            css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii"),
        )
    )


@cache
def _environment() -> jinja2.Environment:
    environment = escaping_environment("grader.classroom")
    cells: dict[Status | None, Markup] = {None: Markup("<td>")}
    cells |= {
        status: Markup(f'<td class="{status.value}" title="{WORDS[status]}">{ICONS[status]}') for status in Status
    }
    environment.filters |= {"clip": clip, "plain": plain}
    environment.globals |= {"CELLS": cells, "ICONS": ICONS, "WORDS": WORDS, "Status": Status}
    return environment


@cache
def _style() -> str:
    parts = (
        (jinja2.PackageLoader("grader.report", "templates"), "report.css"),
        (
            jinja2.PackageLoader("grader.classroom", "templates"),
            "class.css",
        ),
    )
    return "\n" + "\n".join(loader.get_source(_environment(), name)[0] for loader, name in parts)
