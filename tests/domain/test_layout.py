"""A layout takes what a project says of itself, and nothing else."""

from typing import Any

import pytest

from grader.domain.layout import Layout, NoLayout

RIGHT: list[tuple[str, Any]] = [
    ("manage", "backend/manage.py"),
    ("settings", "shop.settings"),
    ("production", "shop.settings.prod"),
    ("configuration", "Production"),
    ("configuration", ""),
    ("sources", ["backend", "backend/apps"]),
    ("sources", []),
    ("tests", ["shop/tests.py"]),
    ("runner", "manage"),
    ("application", "shop.asgi:application"),
    ("server", "uvicorn"),
    ("health", "/up/"),
    ("schema", ""),
    ("roles", ["customer", "shop-keeper"]),
    ("roles", []),
    ("users", "shop.people:make"),
    ("users", ""),
    ("login", "/api/token/"),
    ("login", ""),
]


@pytest.mark.parametrize(("key", "value"), RIGHT)
def test_what_a_project_says_comes_before_the_default(key: str, value: Any) -> None:
    changed = Layout().overridden({key: value})
    expected = tuple(value) if isinstance(value, list) else value
    assert getattr(changed, key) == expected
    assert changed.overridden({key: getattr(Layout(), key)}) == Layout()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("manage", "../manage.py"),
        ("manage", "/etc/manage.py"),
        ("manage", ""),
        ("settings", "shop settings"),
        ("settings", "shop.settings\n"),
        ("settings", "os;system"),
        ("settings", ["shop.settings"]),
        ("settings", True),
        ("settings", "a." * 40 + "a"),
        ("configuration", "a.B"),
        ("sources", "src"),
        ("sources", ["src", 1]),
        ("sources", ["src/../.."]),
        ("sources", ["src"] * 11),
        ("tests", ["-p no:cacheprovider"]),
        ("tests", ["-x"]),
        ("runner", "nose"),
        ("application", "shop.wsgi"),
        ("server", "python -c pass"),
        ("health", "healthz"),
        ("health", "//example.com/\r\nHost: x"),
        ("schema", "/schema/?format=json"),
        ("roles", "admin"),
        ("roles", ["admin; DROP TABLE"]),
        ("roles", ["admin", None]),
        ("roles", ["role"] * 11),
        ("users", "shop.people"),
        ("users", "shop.people:make()"),
        ("login", "https://example.com/"),
    ],
)
def test_what_no_layout_can_have_is_refused_with_an_example(key: str, value: Any) -> None:
    with pytest.raises(NoLayout, match=f"^{key} has to be ") as refused:
        Layout().overridden({key: value})
    assert refused.value.example.startswith(f"{key} = ")


def test_a_key_that_is_none_is_answered_with_those_that_are() -> None:
    with pytest.raises(NoLayout, match=r"^setting has to be one of application, .*settings"):
        Layout().overridden({"setting": "shop.settings"})


def test_a_folder_that_is_named_twice_counts_once() -> None:
    assert Layout().overridden({"sources": ["src", "src"]}).sources == ("src",)
