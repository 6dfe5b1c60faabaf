"""What learners clone: nothing hidden, later or solved in it, in its files as in every object of its history."""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, load_course, project_tree
from grader.course.git import git
from grader.course.leaks import leaks
from grader.course.peer_review import load_items
from grader.course.release import release
from grader.course.wheel import own_wheel
from grader.domain.course import State
from grader.domain.errors import UsageError_

HIDDEN = "It holds, and that is the hidden line of module one."


def files(folder: Path) -> dict[str, bytes]:
    """The files of a release without git's own."""
    paths = [p for p in folder.rglob("*") if p.is_file() and ".git" not in p.relative_to(folder).parts]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


@pytest.fixture
def released(course: Course, tmp_path: Path) -> Path:
    """The release of module 01 of the tiny course."""
    return release(course, tmp_path / "release", module=1)


def test_a_release_has_what_learners_need_and_nothing_else(released: Path, course: Course):
    starter = {f"modules/01-one/starter/{path}" for path in project_tree(course, State(1, False))}
    assert set(files(released)) == starter | {
        ".gitignore",
        "README.md",
        "course.toml",
        "environment/poetry.lock",
        "environment/pyproject.toml",
        "modules/01-one/README.md",
        "modules/01-one/checks/conftest.py",
        "modules/01-one/checks/public/test_public.py",
        "modules/01-one/hints.md",
        "modules/01-one/module.toml",
        "requirements.txt",
        own_wheel()[0],
    }
    assert leaks(released, course, module=1) == ()


def test_a_release_brings_the_grader_and_nothing_of_the_course_with_it(released: Path):
    line, too_old = (released / "requirements.txt").read_text().splitlines()
    assert too_old.endswith('-needs-python-3.12-or-newer.whl ; python_version < "3.12"')
    path, _, marker = line.partition("[course] ; ")
    assert marker == 'python_version >= "3.12"'
    wheel = released / path
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "grader/cli/main.py" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"grader", "django_track"}


def test_a_later_release_has_the_earlier_modules_too(course: Course, tmp_path: Path):
    out = release(course, tmp_path / "release", module=2)
    assert "the solution of one" in (out / "modules/02-two/starter/src/app.py").read_text()
    assert (out / "modules/01-one/starter/src/app.py").is_file()
    assert leaks(out, course, module=2) == ()
    assert any(place.startswith("modules/02-two/") for place in leaks(out, course, module=1))


def test_a_release_is_a_course_of_one_clean_commit(released: Path):
    assert [m.slug for m in load_course(released).modules] == ["01-one"]
    assert git(released, "status", "--porcelain") == b""
    assert git(released, "rev-list", "--count", "--all") == b"1\n"


def test_two_releases_are_the_same_bit_for_bit(course: Course, released: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    again = release(course, tmp_path / "again", module=1)
    assert files(again) == files(released)
    assert git(again, "rev-parse", "HEAD") == git(released, "rev-parse", "HEAD")


def test_junk_beside_the_checks_stays_behind(course: Course, tmp_path: Path):
    cache = course.root / "modules/01-one/checks/public/__pycache__"
    cache.mkdir()
    (cache / "test_public.cpython-312.pyc").write_bytes(b"x")
    assert not [p for p in files(release(course, tmp_path / "release", module=1)) if p.endswith(".pyc")]


@pytest.mark.parametrize(
    "line",
    [
        HIDDEN,
        f"        # {HIDDEN}",
        f'> "{HIDDEN}"',
        'return sys.argv[0] + "the solution of two"',
        'return os.stat(path).st_size + len("the solution of one")',
        "The staff's own design of module one.",
        'must_fail = ["one.base", "one.guard"]',
        "here is CANARY-0123456789ab, in a line of its own",
    ],
)
def test_a_planted_line_is_found_in_a_file(released: Path, course: Course, line: str):
    (released / "modules/01-one/hints.md").write_text(f"One hint.\n{line}\n")
    assert leaks(released, course, module=1) == ("modules/01-one/hints.md:2",)


def test_what_every_release_holds_is_no_leak_where_a_later_module_says_the_same(root: Path, tmp_path: Path):
    """A criterion of module 02 and a gate of the rubric point to one page."""
    docs = 'docs = [["Versioning", "https://docs.example.com/versioning/"]]'
    (root / "rubric").mkdir()
    (root / "rubric/gates.toml").write_text(f"# what gates ask for\n# {docs}\n")
    manifest = root / "modules/02-two/module.toml"
    manifest.write_text(manifest.read_text().replace("docs = []", docs))
    changed = load_course(root)
    assert leaks(release(changed, tmp_path / "released", module=1), changed, module=1) == ()


def test_a_canary_is_found_in_a_name(released: Path, course: Course):
    (released / "CANARY-0123456789ab").touch()
    assert leaks(released, course, module=1) == ("CANARY-0123456789ab",)


def test_a_planted_line_is_found_in_an_object_that_no_branch_reaches(released: Path, course: Course):
    written = subprocess.run(
        ["git", "-C", str(released), "hash-object", "-w", "--stdin"],
        input=f"first\n{HIDDEN}\n".encode(),
        capture_output=True,
        check=True,
    )
    assert leaks(released, course, module=1) == (f"object {written.stdout.decode().strip()}:2",)


def test_a_planted_line_is_found_in_a_deleted_file_and_in_a_message(released: Path, course: Course):
    who = ("-c", "user.name=A", "-c", "user.email=a@example.invalid", "commit", "--quiet", "--message")
    (released / "slip.txt").write_text(HIDDEN)
    git(released, "add", "slip.txt")
    git(released, *who, "x")
    git(released, "rm", "--quiet", "slip.txt")
    git(released, *who, HIDDEN)
    found = leaks(released, course, module=1)
    assert len([place for place in found if place.startswith("object ")]) == 2
    assert ".git/COMMIT_EDITMSG:1" in found


def test_what_cannot_be_released_is_said(
    course: Course, released: Path, rewrite: Callable[..., Course], tmp_path: Path
):
    with pytest.raises(UsageError_, match="is not an empty folder"):
        release(course, released, module=1)
    with pytest.raises(UsageError_, match="module 03 has no starter yet"):
        release(course, tmp_path / "other", module=3)
    with pytest.raises(UsageError_, match="is itself a release"):
        release(load_course(released), tmp_path / "other", module=1)


@pytest.mark.parametrize("module", [1, 2, 3, 4, 5])
def test_the_release_of_this_course(real: Course, tmp_path: Path, module: int):
    out = release(real, tmp_path / "release", module=module)
    tops = {path.split("/")[0] for path in files(out)}
    said = {".gitignore", "LICENSE", "README.md", "course.toml", "environment", "modules", "requirements.txt", "rubric"}
    assert tops == said | {".github", own_wheel()[0]}
    assert {path for path in files(out) if path.startswith(".github/")} == {
        ".github/actions/checkpoint/action.yml",
        ".github/classroom/autograding.json",
        ".github/pull_request_template.md",
        ".github/workflows/checkpoint.yml",
    }
    template = "pull_request_template.md"
    assert files(out)[f".github/{template}"] == files(out)[f"rubric/{template}"]
    assert load_items(out) == load_items(real.root)  # learners review each other by the same items
    assert {path.split("/")[1] for path in files(out) if path.startswith("modules/")} == {
        m.slug for m in real.modules[:module]
    }
    assert not [
        p for p in files(out) if "/hidden/" in p or "/mutants/" in p or "/accepted/" in p or p.endswith("design.md")
    ]
    assert leaks(out, real, module=module) == ()
    assert leaks(out, real, module=module - 1) != ()


@pytest.mark.slow
def test_learners_check_their_work_in_a_release(real: Course, tmp_path: Path):
    out = release(real, tmp_path / "release", module=2)
    before = {path: hashlib.sha256(content).hexdigest() for path, content in files(out).items()}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("grader")), "check", "modules/02-domain-modeling/starter"],
        cwd=out,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "02" in done.stdout
    after = {path: hashlib.sha256(content).hexdigest() for path, content in files(out).items()}
    assert {path: digest for path, digest in after.items() if not path.startswith("out/")} == before
    assert git(out, "status", "--porcelain") == b""


def test_a_release_without_the_tool_that_builds_wheels_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    with pytest.raises(UsageError_, match="uv is not installed") as caught:
        own_wheel.__wrapped__()
    assert "make setup" in caught.value.hint


def test_the_advisories_that_audits_rest_on_are_packed_and_named(root: Path, tmp_path: Path):
    snapshot = b'{"id": "TRACK-1"}\n'
    (root / "advisories.jsonl").write_bytes(snapshot)
    digest = hashlib.sha256(snapshot).hexdigest()
    table = f'[advisories]\nfile = "advisories.jsonl"\ndate = "2026-11-01"\nsha256 = "{digest}"\n'
    table += 'live = "https://osv.example.org/"\n'
    with (root / "course.toml").open("a") as file:
        file.write(f"\n{table}")
    out = release(load_course(root), tmp_path / "release", module=1)
    packed = load_course(out).advisories
    assert packed is not None
    assert (packed.path.read_bytes(), packed.sha256, packed.date) == (snapshot, digest, "2026-11-01")
    assert (packed.made_up, packed.live) == (False, "https://osv.example.org/")


def test_control_a_course_without_advisories_releases_none(released: Path):
    assert load_course(released).advisories is None
