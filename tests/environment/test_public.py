"""The usual index is what pip says it is, whether it is installed or waits in Python's own wheel."""

import importlib
from collections.abc import Iterator
from types import ModuleType

import pytest

from grader.domain.errors import EnvironmentError_
from grader.environment import public


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    public.public_index.cache_clear()
    yield
    public.public_index.cache_clear()


def without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    """A Python in which these modules cannot be imported."""
    real = importlib.import_module

    def import_module(name: str, package: str | None = None) -> ModuleType:
        if name.partition(".")[0] in missing:
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", import_module)


def test_the_wheel_of_pip_says_what_the_installed_one_says(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = public.public_index()
    assert installed.startswith("https://")
    assert installed.endswith("/simple")
    public.public_index.cache_clear()
    without(monkeypatch, "pip")
    assert public.public_index() == installed


def test_a_python_without_any_pip_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "pip", "ensurepip")
    with pytest.raises(EnvironmentError_) as refused:
        public.public_index()
    assert "PIP_INDEX_URL" in refused.value.hint
