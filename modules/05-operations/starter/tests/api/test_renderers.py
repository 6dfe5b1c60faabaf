"""JSON without HTML in it."""

import json

from api.renderers import InertJSONRenderer


def test_nothing_looks_like_html_and_nothing_is_lost() -> None:
    data = {"<b>": "<script>alert('&amp;')</script>", "é": ["\u2028", 1, None]}
    rendered = InertJSONRenderer().render(data)
    assert not set(b"<>&") & set(rendered)
    assert json.loads(rendered) == data


def test_an_answer_without_body_stays_without() -> None:
    assert InertJSONRenderer().render(None) == b""
