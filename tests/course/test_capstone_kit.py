"""What the checks of the capstone compute by themselves: codes of an authenticator app, and what a command has said."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parents[2] / "capstone" / "checks" / "conftest.py"
KEY = b"12345678901234567890"
# RFC 6238, appendix B, for SHA-1: the last six of the eight digits there.
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
DIGEST = "0a" * 32


@pytest.fixture(scope="module")
def kit() -> ModuleType:
    spec = spec_from_file_location("conftest_of_the_capstone", HERE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_a_code_is_that_of_the_standard(kit: ModuleType, seconds: int, code: str) -> None:
    assert kit.totp(KEY, seconds // 30) == code


@pytest.mark.parametrize(
    ("said", "head"),
    [
        (f"7 entries\nHead: 7:{DIGEST}\n", f"7:{DIGEST}"),
        (f"Head: 0:{DIGEST}", ""),
        (f"Head: 7:{DIGEST.upper()}", ""),
        (f"Head: 7:{DIGEST}00", ""),
        ("Head: none", ""),
    ],
)
def test_a_head_is_a_position_and_a_digest(kit: ModuleType, said: str, head: str) -> None:
    found = kit.HEAD.search(said)
    assert (f"{found[1]}:{found[2]}" if found else "") == head


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("The audit log is broken at entry 12: it was deleted.", [12]),
        ("Entry -3 was not written by the service; entry -3.", [-3]),
        ("12 entries", []),
    ],
)
def test_an_entry_is_named_by_its_id(kit: ModuleType, said: str, named: list[int]) -> None:
    assert kit.Verified(1, said, "").named == named
