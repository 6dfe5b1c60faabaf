"""The page of a class, for its instructor: one file, without network and without JavaScript."""

import base64
import hashlib
from functools import cache

import jinja2
from markupsafe import Markup

from grader.classroom.overview import Overview
from grader.classroom.policy import plain
from grader.domain.status import Status
from grader.report.escape import clip, html
from grader.report.words import ICONS, WORDS

FILE_NAME = "class.html"


def render(overview: Overview) -> str:
    """The page as text."""
    css = _style()
    return (
        _environment()
        .get_template("class.html.j2")
        .render(
            shown=overview,
            highest=max(overview.bins, default=0) or 1,
            css=Markup(css),
            css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii"),
        )
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.classroom", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
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


def _finalize(value: object) -> object:
    """Every text that the template puts out is escaped here, once and for all; autoescape leaves it as it is then."""
    return Markup(html(value)) if isinstance(value, str) and not isinstance(value, Markup) else value
