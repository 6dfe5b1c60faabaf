"""Whatever a project comes in, what is graded is the plain folder's tree, byte for byte."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.domain.errors import SubmissionError
from grader.intake import IntakeLimits, Submission, take_in
from tests.cases.forms import FORMS, Form, files

# Letters of many scripts, joined emoji, and what people write into names of files.
_NAMES = ("models", "notes 👩‍💻", "my notes (final) v2", "größe", "مستند", "मॉडल", "日本語", "می‌خواهم", "İstanbul")
_LETTERS = st.text("abcXYZ019_-+ äßéñжωשم한💾", min_size=1, max_size=12)
_PARTS = st.one_of(st.sampled_from(_NAMES), _LETTERS.map(str.strip).filter(lambda part: part not in ("", "-")))
_PATHS = st.lists(_PARTS, min_size=1, max_size=4).map(lambda parts: "src/" + "/".join(parts) + ".py")
_TREES = st.dictionaries(_PATHS, st.binary(max_size=300), max_size=6)


def write(folder: Path, tree: dict[str, bytes]) -> Path:
    """A project with these files beside those that make it one."""
    whole = {"manage.py": b"#!/usr/bin/env python\n", "pyproject.toml": b"", "src/config/settings.py": b"\r\n"} | tree
    for name, data in whole.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "manage.py").chmod(0o755)
    return folder


@pytest.fixture
def room() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="track-cases-"))
    yield path
    shutil.rmtree(path)


def _taken(form: Form, project: Path, room: Path) -> Submission:
    handed_in = form(project, room)
    return take_in(
        handed_in.source,
        into=room / "taken",
        commit=handed_in.commit,
        folder=handed_in.folder,
        slug="02-domain-modeling",
    )


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(tree=_TREES)
def test_every_form_gives_the_plain_folders_tree(room: Path, name: str, tree: dict[str, bytes]) -> None:
    shutil.rmtree(room)
    plain = write(room / "plain", tree)
    expected = take_in(plain, into=room / "expected")
    assert [(path, data, bit) for path, data, bit in files(expected.root) if (plain / path).read_bytes() != data] == []
    assert {path for path, _, _ in files(expected.root)} == {path for path, _, _ in files(plain)}
    shutil.copytree(plain, room / "project")
    (room / "work").mkdir()
    taken = _taken(FORMS[name], room / "project", room / "work")
    assert files(taken.root) == files(expected.root)
    assert taken.tree_hash == expected.tree_hash


def test_another_tree_has_another_hash(room: Path) -> None:
    """The control: the comparison above can fail."""
    first, second = (write(room / name, {"src/a.py": name.encode()}) for name in ("first", "second"))
    hashes = {take_in(folder, into=room / f"taken-{folder.name}").tree_hash for folder in (first, second)}
    assert len(hashes) == 2


MADE_BY_TOOLS = (
    ".venv/lib",
    "node_modules/a",
    "src/__pycache__",
    ".mypy_cache/x",
    "__MACOSX/src",
    "htmlcov",
    ".git2/x",
)
PACKED: dict[str, Form] = {
    "folder": FORMS["plain folder"],
    "zip": FORMS["zip"],
    "tar": FORMS["tar without a folder"],
    "commit": FORMS["commit"],
}


@pytest.mark.parametrize("form", PACKED)
@pytest.mark.parametrize("place", MADE_BY_TOOLS)
def test_what_tools_make_is_left_out_before_anything_is_counted(room: Path, place: str, form: str) -> None:
    """More files than a submission may have. The last place is none of a tool's: the control."""
    expected = take_in(write(room / "plain", {}), into=room / "expected")
    flood = {f"{place}/m{number}.py": b"x" for number in range(40)}
    handed_in = PACKED[form](write(room / "project", flood), room)
    few = IntakeLimits(files=20, entries=30, listed=1000)
    if place == MADE_BY_TOOLS[-1]:
        with pytest.raises(SubmissionError, match=r"most of (it|them) lies? in .git2"):
            take_in(handed_in.source, into=room / "taken", commit=handed_in.commit, limits=few)
        return
    taken = take_in(handed_in.source, into=room / "taken", commit=handed_in.commit, limits=few)
    assert taken.tree_hash == expected.tree_hash
    assert taken.notices == ()


@pytest.mark.parametrize("form", PACKED)
def test_over_a_limit_the_largest_folders_are_named_whatever_it_came_in(room: Path, form: str) -> None:
    media = {f"media/photos/{number}.jpg": bytes(30_000) for number in range(40)}
    handed_in = PACKED[form](write(room / "project", media), room)
    large, many = IntakeLimits(total_bytes=1 << 20), IntakeLimits(listed=30, entries=30)
    with pytest.raises(SubmissionError) as caught:
        take_in(handed_in.source, into=room / "taken", commit=handed_in.commit, limits=large)
    assert caught.value.message.endswith(
        "its files are larger than 1 MB together; most of it lies in media/photos/ (1 MB)"
    )
    with pytest.raises(SubmissionError) as caught:
        take_in(handed_in.source, into=room / "again", commit=handed_in.commit, limits=many)
    assert "it has more than 30 files and folders; most of them lie in media/" in caught.value.message
