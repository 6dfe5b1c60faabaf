"""Which index is asked, and what is made of its answers."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.environment import collect, fetch
from grader.environment.choose import chosen, pinned
from grader.environment.faults import NotInstallable, Unreachable
from grader.environment.index import indexes
from grader.environment.install import installed
from grader.environment.public import public_index
from tests.environment.loopback import Index, wheel

A, B, C = "https://a.example/simple", "https://b.example/simple", "https://c.example/simple"
UV = ".config/uv/uv.toml"
PIP = ".config/pip/pip.conf"
NONE = {"UV_CONFIG_FILE": "/dev/null", "PIP_CONFIG_FILE": "/dev/null"}


@pytest.mark.parametrize(
    ("environ", "files", "found"),
    [
        (NONE, {}, (public_index(),)),
        (NONE | {"UV_DEFAULT_INDEX": A, "PIP_INDEX_URL": B}, {}, (A,)),
        (NONE | {"UV_INDEX_URL": f"{A}/"}, {}, (A,)),
        (NONE | {"PIP_INDEX_URL": A, "PIP_EXTRA_INDEX_URL": f"{B} {C}"}, {}, (A, B, C)),
        (NONE | {"UV_INDEX": f"mine={B} {C}"}, {}, (public_index(), B, C)),
        ({"PIP_CONFIG_FILE": "/dev/null"}, {UV: f'index-url = "{A}"\nextra-index-url = ["{B}"]\n'}, (A, B)),
        ({"PIP_CONFIG_FILE": "/dev/null"}, {UV: f'[pip]\nindex-url = "{A}"\n'}, (A,)),
        ({"PIP_CONFIG_FILE": "/dev/null"}, {UV: f'[[index]]\nurl = "{A}"\ndefault = true\n'}, (A,)),
        ({"PIP_CONFIG_FILE": "/dev/null"}, {UV: f'[[index]]\nname = "b"\nurl = "{B}"\n'}, (public_index(), B)),
        ({"UV_CONFIG_FILE": "/dev/null", "PIP_CONFIG_FILE": PIP}, {PIP: f"[global]\nindex-url = {A}\n"}, (A,)),
        ({"UV_CONFIG_FILE": UV, "PIP_CONFIG_FILE": PIP}, {UV: f'index-url = "{A}"', PIP: "[global"}, (A,)),
        ({"UV_CONFIG_FILE": UV, "PIP_CONFIG_FILE": PIP}, {UV: "index = 3", PIP: f"[install]\nindex-url={B}\n"}, (B,)),
    ],
)
def test_the_index_is_that_of_uv_or_pip(
    tmp_path: Path, environ: Mapping[str, str], files: Mapping[str, str], found: tuple[str, ...]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    given = {name: str(tmp_path / value) if value in (UV, PIP) else value for name, value in environ.items()}
    assert indexes(given, tmp_path) == found


def _install(requirements: str, tmp_path: Path) -> Path:
    return installed(requirements, cache=tmp_path / "cache", what="it", progress=lambda text: None).site


@pytest.mark.parametrize("html", [False, True])
def test_either_form_of_the_simple_api_will_do(index: Index, tmp_path: Path, html: bool) -> None:
    index.html = html
    assert (_install(index.add(wheel()), tmp_path) / "odd" / "__init__.py").is_file()


def test_an_index_on_the_disk_will_do(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.html = True
    requirement = index.add(wheel())
    folder = tmp_path / "mirror" / "simple" / "odd"
    folder.mkdir(parents=True)
    page = index.page("odd")
    assert page is not None
    (folder / "index.html").write_bytes(page[1])
    (tmp_path / "mirror" / "files").mkdir()
    (tmp_path / "mirror" / "files" / "odd-1.0-py3-none-any.whl").write_bytes(wheel())
    monkeypatch.setenv("UV_DEFAULT_INDEX", (tmp_path / "mirror" / "simple").as_uri())
    assert (_install(requirement, tmp_path) / "odd").is_dir()
    with pytest.raises(NotInstallable, match="has no more"):
        _install(requirement.replace("odd", "more"), tmp_path)


def test_a_name_and_a_password_reach_the_index_and_its_files(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirement, index.authorization = index.add(wheel()), "Basic bWU6c2VjcmV0"
    with pytest.raises(Unreachable, match="status 401"):
        _install(requirement, tmp_path)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.address.replace("//", "//me:secret@"))
    assert _install(requirement, tmp_path).is_dir()


def test_what_was_fetched_before_is_not_asked_for_again(index: Index, tmp_path: Path) -> None:
    one, more = index.add(wheel()), index.add(wheel("more"), "more")
    _install(one, tmp_path)
    index.asked.clear()
    _install(one + more, tmp_path)
    assert index.asked == ["/simple/more/", "/files/more-1.0-py3-none-any.whl"]


def test_the_best_wheel_is_chosen_and_only_a_pinned_one(index: Index) -> None:
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}-none-any"
    plain, best = index.add(wheel()), index.add(wheel(files={"odd/b.py": b""}), tag=tag)
    foreign = index.add(wheel(files={"odd/c.py": b""}), tag="cp27-none-any")
    where = (index.address,)
    hashes = " ".join(line.split(" ", 1)[1].strip() for line in (plain, best, foreign))
    assert tag in chosen(pinned(f"odd==1.0 {hashes}")[0], where).name
    assert "py3" in chosen(pinned(plain)[0], where).name
    with pytest.raises(NotInstallable, match=r"odd 1\.0 has no wheel for this Python"):
        chosen(pinned(foreign)[0], where)
    with pytest.raises(NotInstallable, match="with a hash that is pinned"):
        chosen(pinned(f"odd==1.0 --hash=sha256:{'0' * 64}")[0], where)
    with pytest.raises(NotInstallable, match=r"no wheel of odd 2\.0"):
        chosen(pinned(plain.replace("1.0", "2.0"))[0], where)


HASH = f"--hash=sha256:{'a' * 64}"


def test_requirements_are_read_as_they_are_written() -> None:
    text = f"# made by a tool\nB.b[x]==2 ; python_version < '3' \\\n    {HASH}\na==1 \\\n    {HASH}\n    # via b\n"
    assert [(one.name, one.version) for one in pinned(text)] == [("a", "1")]


@pytest.mark.parametrize(
    "text",
    [
        "a>=1 " + HASH,
        "a==1",
        "a @ https://a.example/a.whl " + HASH,
        f"a==1 ; nonsense {HASH}",
        f"a==1 {HASH}\nA==2 {HASH}",
    ],
)
def test_what_is_not_pinned_is_refused(text: str) -> None:
    with pytest.raises(NotInstallable):
        pinned(text)


WHEEL = "odd-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("announced", "said", "asked"),
    [(5 << 30, "its wheel has 5,120 MB, more than 100 MB", 1), (None, "its wheel is larger than 0 MB", 2)],
)
def test_a_large_wheel_is_not_fetched(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announced: int | None, said: str, asked: int
) -> None:
    requirement = index.add(wheel(files={"odd/a": bytes(range(256)) * 4096}))
    index.sizes[WHEEL] = announced
    if announced is None:
        monkeypatch.setattr(collect, "MOST_DOWNLOAD_BYTES", 1000)
    with pytest.raises(NotInstallable, match=said):
        _install(requirement, tmp_path)
    assert len(index.asked) == asked


def test_a_wheel_larger_than_announced_is_cut_off(index: Index, tmp_path: Path) -> None:
    requirement = index.add(wheel())
    index.sizes[WHEEL] = 100
    with pytest.raises(NotInstallable, match="its wheel is larger than"):
        _install(requirement, tmp_path)


@pytest.mark.parametrize("announced", [True, False])
def test_many_large_wheels_are_too_much_together(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    names = [f"p{number}" for number in range(5)]
    requirements = "".join(index.add(wheel(name), name) for name in names)
    if not announced:
        index.sizes.update(dict.fromkeys(index.wheels))
    monkeypatch.setattr(collect, "MOST_DOWNLOADS_BYTES", 2 * len(index.wheels["p0-1.0-py3-none-any.whl"]))
    with pytest.raises(NotInstallable, match="together"):
        _install(requirements, tmp_path)
    assert any(path.startswith("/files") for path in index.asked) == (not announced)
    monkeypatch.undo()


def test_control_within_the_bounds_they_are_installed(index: Index, tmp_path: Path) -> None:
    requirements = "".join(index.add(wheel(name), name) for name in (f"p{number}" for number in range(5)))
    assert len(list(_install(requirements, tmp_path).glob("p?"))) == 5


def test_what_is_served_with_another_hash_is_refused(index: Index, tmp_path: Path) -> None:
    requirement = index.add(wheel())
    index.served[WHEEL] = wheel()[:-1] + b"\1"
    with pytest.raises(NotInstallable, match="another hash"):
        _install(requirement, tmp_path)
    assert not list((tmp_path / "cache").rglob("*.whl"))


def test_a_page_without_end_is_no_page(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.environment.index.LARGEST_PAGE", 100)
    with pytest.raises(NotInstallable, match="the package index has no odd"):
        _install(index.add(wheel()), tmp_path)


@pytest.mark.parametrize("url", ["ftp://a.example/x", "data:text/plain,x", "a.example/x"])
def test_other_kinds_of_address_are_not_followed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "ATTEMPTS", 1)
    with pytest.raises(Unreachable):
        fetch.fetched(url, most=10)
