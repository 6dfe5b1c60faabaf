"""The filter on system calls as bytes."""

import builtins

import pytest

from grader.domain.errors import SandboxError
from grader.sandbox import seccomp


def test_the_program_is_a_whole_number_of_instructions() -> None:
    assert len(seccomp.program()) % 8 == 0
    assert len(seccomp.program()) > 800


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def fake(name: str, *more: object, **named: object) -> object:
        if name == "pyseccomp":
            raise RuntimeError("Unable to find libseccomp")
        return real(name, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", fake)
    seccomp.program.cache_clear()
    with pytest.raises(SandboxError, match="libseccomp") as raised:
        seccomp.program()
    assert "libseccomp2" in raised.value.hint
    seccomp.program.cache_clear()
