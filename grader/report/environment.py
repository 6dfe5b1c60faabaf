"""What pages are made with: templates of which every text is escaped, once and for all."""

import jinja2
from markupsafe import Markup

from grader.report.escape import html


def escaping_environment(package: str) -> jinja2.Environment:
    """The templates in the folder ``templates`` of a package. A name that a template is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package, "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _finalize(value: object) -> object:
    """Every text that a template puts out is escaped here; autoescape leaves it as it is then."""
    return Markup(html(value)) if isinstance(value, str) and not isinstance(value, Markup) else value
