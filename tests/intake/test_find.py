"""Where the project lies in what was handed in, whatever it came in and however far down."""

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from grader.domain.errors import SubmissionError
from grader.intake import Submission
from grader.intake.find import find_project, named_project
from tests.intake.conftest import FILES, content

Take = Callable[..., Submission]
SLUG = "02-domain-modeling"
PROJECT = ("manage.py", "pyproject.toml", "src/config/urls.py")


def at(folder: str, names: Iterable[str] = PROJECT) -> list[str]:
    """The files of a project in that folder."""
    return [f"{folder}/{name}" if folder else name for name in names]


RELEASE = ["course.toml", "README.md", "environment/pyproject.toml", "environment/poetry.lock"]
STARTERS = at("modules/01-environment/starter") + at("modules/02-domain-modeling/starter")
FOUND: dict[str, tuple[list[str], str]] = {
    "at the root": (at(""), ""),
    "one folder more": ([*at("project"), "README.md"], "project/"),
    "two folders more": (at("outer/project"), "outer/project/"),
    "a folder called src": (at("src"), "src/"),
    "root with an example inside": (at("") + at("examples/demo"), ""),
    "project with an example inside": (at("platform") + at("platform/examples/demo"), "platform/"),
    "manage.py moved beside the code": (["pyproject.toml", "src/manage.py", "src/config/urls.py"], ""),
    "the same, one folder more": (at("ada", ["pyproject.toml", "src/manage.py"]), "ada/"),
    "code under another name": (["manage.py", "pyproject.toml", "backend/config/urls.py"], ""),
    "manage.py deleted": (["pyproject.toml", "src/config/urls.py"], ""),
    "manage.py deleted, one folder more": (at("ada", ["pyproject.toml", "src/config/urls.py"]), "ada/"),
    "only a pyproject.toml": (["pyproject.toml"], ""),
    "only sources": (["src/config/urls.py"], ""),
    "settings of tools around the project": (["pyproject.toml", *at("platform")], "platform/"),
    "a library beside it": (at("platform") + at("library", ["pyproject.toml", "src/library.py"]), "platform/"),
    "the release, module by its folder": (RELEASE + STARTERS, "modules/02-domain-modeling/starter/"),
    "the release, manage.py deleted in it": (
        RELEASE
        + at("modules/01-environment/starter")
        + at("modules/02-domain-modeling/starter", ["pyproject.toml", "src/a.py"]),
        "modules/02-domain-modeling/starter/",
    ),
    "the release of one module": (
        RELEASE + at("modules/02-domain-modeling/starter"),
        "modules/02-domain-modeling/starter/",
    ),
    "packages that others made": (
        [*at("ada"), *at(".venv/lib/demo"), *at("node_modules/demo"), *at(".git/demo"), *at("__MACOSX/ada")],
        "ada/",
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_the_project_is_found(case: str) -> None:
    paths, folder = FOUND[case]
    assert find_project(paths, source="it", slug=SLUG).folder == folder


def test_the_place_is_told_with_what_it_was_preferred_to() -> None:
    place = find_project(RELEASE + STARTERS, source="it", slug=SLUG)
    assert place.sentence() == (
        "The project was found in modules/02-domain-modeling/starter/ "
        "(also in it: modules/01-environment/starter/; `--path` of `grader grade` and `grader check` names another)."
    )
    assert find_project(at(""), source="it").sentence() == ""


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["hello.txt"], "is not a project"),
        (["docs/pyproject.toml", "a.txt"], "is not a project"),
        (at("one") + at("two"), "holds 2 projects: one, two"),
        (at("a\x1b[31m") + at("b"), "holds 2 projects"),
        ([path for number in range(9) for path in at(f"p{number}")], "p5 and 3 more"),
        (RELEASE + [path.replace("02-", "02x-") for path in STARTERS], "modules/01-environment/starter, modules/02x-"),
        (RELEASE + STARTERS + at("modules/02-domain-modeling/mine"), "modules/02-domain-modeling/mine, modules/02-"),
    ],
)
def test_what_is_no_project_or_several_is_refused_with_the_candidates(paths: list[str], said: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        find_project(paths, source="it", slug=SLUG)
    assert said in caught.value.message
    assert caught.value.option.startswith("--path ")
    assert caught.value.hint.startswith("Hand in the ")
    assert "--" not in caught.value.hint  # whoever grades a class has no such option
    assert caught.value.message.isprintable()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("path", ["two", "two/", "./two", "wrapped/two"])
def test_a_path_names_it(path: str) -> None:
    paths = [f"wrapped/{name}" for name in at("one") + at("two")]
    assert named_project(paths, path, source="it").folder == "wrapped/two/"


@pytest.mark.parametrize("path", ["..", "../other", "/etc", "two/../../other", "absent", "tw", "two/manage.py"])
def test_a_path_that_leads_out_or_nowhere_is_refused(path: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        named_project(at("one") + at("two"), path, source="it")
    assert "--path" in caught.value.message + caught.value.hint


def _zip(folder: Path, out: Path) -> Path:
    with zipfile.ZipFile(out.with_suffix(".zip"), "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return out.with_suffix(".zip")


def _windows_zip(folder: Path, out: Path) -> Path:
    """By an old tool: backslashes between the folders. It keeps no modes, so neither does the original here."""
    with zipfile.ZipFile(out.with_suffix(".zip"), "w") as archive:
        for path in filter(Path.is_file, sorted(folder.rglob("*"))):
            member = zipfile.ZipInfo("x")
            member.filename, member.create_system = str(path.relative_to(folder)).replace("/", "\\"), 0
            archive.writestr(member, path.read_bytes())
    return out.with_suffix(".zip")


def _tar(folder: Path, out: Path) -> Path:
    with tarfile.open(out.with_suffix(".tgz"), "w:gz") as archive:
        archive.add(folder, ".")
    return out.with_suffix(".tgz")


def _mac_tar(folder: Path, out: Path) -> Path:
    """On a Mac every file may bring a companion, and so may the folder around them all."""
    with tarfile.open(out.with_suffix(".tar.gz"), "w:gz") as archive:
        for path in sorted(folder.rglob("*")):
            place = path.relative_to(folder)
            companion = tarfile.TarInfo(str(place.with_name(f"._{place.name}")))
            companion.size = 8
            archive.addfile(companion, io.BytesIO(b"\0\5\26\7junk"))
            archive.add(path, str(place), recursive=False)
    return out.with_suffix(".tar.gz")


def _renamed_zip(folder: Path, out: Path) -> Path:
    return _zip(folder, out).rename(out.with_suffix(".tar.gz"))


def _commit(folder: Path, out: Path) -> Path:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words], cwd=folder, check=True, stdout=-3
        )

    git("init", "-q", "-b", "main")
    git("add", "-Af")
    git("commit", "-q", "-m", "all")
    return folder


FORMS = [lambda folder, out: folder, _zip, _tar, _mac_tar, _renamed_zip, _commit, _windows_zip]


@pytest.mark.parametrize("nesting", ["", "project", "outer/project", f"modules/{SLUG}/starter"])
@pytest.mark.parametrize("form", FORMS, ids=["folder", "zip", "tar", "mac tar", "renamed zip", "commit", "windows zip"])
def test_the_tree_is_the_plain_folders_in_every_form(
    tmp_path: Path, project: Path, take: Take, form: Callable[[Path, Path], Path], nesting: str
) -> None:
    if form is _windows_zip:
        (project / "manage.py").chmod(0o644)
    plain = take(project)
    whole = tmp_path / "whole"
    (whole / nesting).mkdir(parents=True)
    for name in FILES:
        (whole / nesting / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).rename(whole / nesting / name)
    if nesting.startswith("modules"):
        (whole / "modules/01-environment/starter").mkdir(parents=True)
        (whole / "modules/01-environment/starter/manage.py").write_text("another\n")
    commit = "main" if form is _commit else None
    taken = take(form(whole, tmp_path / "packed"), commit=commit, slug=SLUG)
    assert content(taken) == FILES
    assert taken.tree_hash == plain.tree_hash
    assert [f"The project was found in {nesting}/" in notice for notice in taken.notices] == [True] * bool(nesting)


def test_a_path_names_one_of_several(tmp_path: Path, project: Path, take: Take) -> None:
    plain, both = take(project), tmp_path / "both"
    both.mkdir()
    project.rename(both / "mine")
    (both / "old").mkdir()
    (both / "old/manage.py").write_text("old\n")
    with pytest.raises(SubmissionError, match="holds 2 projects: mine, old"):
        take(both)
    assert take(both, folder="mine").tree_hash == plain.tree_hash


@pytest.mark.parametrize("name", ["env", "virtual", "src/env"])
def test_an_environment_under_any_name_is_left_out_and_named(
    tmp_path: Path, project: Path, take: Take, name: str
) -> None:
    """More files than a submission may have: they are not even listed."""
    plain = take(project)
    for number in range(100):
        file = project / name / "lib" / f"m{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (project / name / "pyvenv.cfg").write_text("home = /usr/bin\n")
    taken = take(project)
    assert taken.tree_hash == plain.tree_hash
    assert taken.notices == (f"{name}/ was left out: it is a virtual environment.",)


def test_a_project_in_which_an_environment_was_made_is_none_itself(project: Path, take: Take) -> None:
    (project / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert set(take(project).files) == {*FILES, "pyvenv.cfg"}


@pytest.mark.parametrize(
    "names", [("MANAGE.py", "manage.py"), ("src/Models.py", "src/models.py"), ("n\u00f6", "no\u0308")]
)
@pytest.mark.parametrize(
    "form", [lambda folder, out: folder, _zip, _tar, _commit], ids=["folder", "zip", "tar", "commit"]
)
def test_names_that_differ_only_by_case_or_form_are_two_files(
    tmp_path: Path, project: Path, take: Take, names: tuple[str, str], form: Callable[[Path, Path], Path]
) -> None:
    for name in names:
        if not (project / name).exists():
            (project / name).write_text(f"{name!a}\n")
    expected = FILES | {name: (project / name).read_bytes() for name in names}
    commit = "main" if form is _commit else None
    assert content(take(form(project, tmp_path / "packed"), commit=commit)) == expected
