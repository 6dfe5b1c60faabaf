"""Similar submissions: disguised copies are found, honest work of several hands is not."""

import ast
import os
import subprocess
import sys
import tomllib
from array import array
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from grader.classroom.similar.body import Body, pack, unpack
from grader.classroom.similar.comparing import LEAST_SHARE, LEAST_WORDS
from grader.classroom.similar.findings import Findings, Pair, clusters, stored
from grader.classroom.similar.given import Given, given_in
from grader.classroom.similar.index import Index
from grader.classroom.similar.pairs import compare
from grader.classroom.similar.reading import Bounds, read_body
from grader.classroom.similar.tokens import read_tokens
from grader.classroom.similar.winnowing import GUARANTEE, WINDOW, K, grams, winnow

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "modules"
GRADER = Path(sys.executable).with_name("grader")
HANDS = {
    "02-domain-modeling": ("packages", "plain"),
    "03-api": ("one-viewset", "plain-django", "serializers-by-hand"),
}
Files = dict[str, str]


def files_in(folder: Path) -> Files:
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in sorted(folder.rglob("*.py"))}


def accepted(module: str, name: str) -> Files:
    """A correct solution in another hand, whole: the starter with its files."""
    gone = tomllib.loads((MODULES / module / "accepted" / f"{name}.toml").read_text("utf-8")).get("remove", ())
    files = files_in(MODULES / module / "starter") | files_in(MODULES / module / "accepted" / name)
    return {path: text for path, text in files.items() if not path.startswith(tuple(gone) or ("\0",))}


def body(folder: Path, files: Files, given: Given = Given()) -> Body:  # noqa: B008
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return read_body(folder, files, given)


class Renamed(ast.NodeTransformer):
    """Every name is another, comments and layout are gone."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field in ("id", "attr", "arg", "name"):
            if isinstance(getattr(node, field, None), str):
                setattr(node, field, f"renamed_{getattr(node, field)}")
        return super().generic_visit(node)


def disguised(files: Files, starter: Files) -> Files:
    """What is the learner's, with other names, in another order, without comments, each file cut in two."""
    found = {}
    for path, text in files.items():
        if starter.get(path) == text or "/migrations/" in path:
            found[path] = text
            continue
        nodes = [Renamed().visit(node) for node in ast.parse(text).body]
        half = len(nodes) // 2
        for name, part in ((path, nodes[half:]), (path.replace(".py", "_more.py"), nodes[:half])):
            found[name] = ast.unparse(ast.Module(part[::-1], []))
    return found


@pytest.mark.parametrize("module", HANDS)
def test_disguised_copies_stand_above_all_honest_pairs(module: str, tmp_path: Path) -> None:
    starter = files_in(MODULES / module / "starter")
    given = given_in([MODULES / module / "starter"])
    hands = {name: accepted(module, name) for name in HANDS[module]}
    bodies = {name: body(tmp_path / name, files, given) for name, files in hands.items()}
    honest = [compare(one, other).share for one, other in combinations(bodies.values(), 2)]
    copies = {}
    for name, files in hands.items():
        found = compare(bodies[name], body(tmp_path / f"{name}-copy", disguised(files, starter), given))
        copies[name] = found.share
        assert found.words >= LEAST_WORDS
        assert found.regions[0].words > 50
    assert max(honest) < LEAST_SHARE / 2 < LEAST_SHARE * 1.5 < min(copies.values()), (honest, copies)


def test_what_nobody_means_is_no_word() -> None:
    one = 'import os\nfrom a import b\n\ndef f(x, y):\n    """Says."""\n    # why\n    return g(x, "s", 1)\n'
    other = "from c import (d, e)\n\ndef other(a,\n  b,):\n    return name(\n        a, f'{z} t' 'more', 2.5,\n    )\n"
    assert read_tokens(one, 99).words == read_tokens(other, 99).words
    assert read_tokens(one, 99).lines[0] == 4


@pytest.mark.parametrize(
    ("text", "broken_at"),
    [("x = (\n", 1), ("x = 1\ny = '\n", 2), ("(" * 400, 1), ("\x00", 1), ("x = 1\n  y\n z\n", 3), ("", None)],
)
def test_what_python_cannot_read_ends_the_file(text: str, broken_at: int | None) -> None:
    found = read_tokens(text, 1000)
    assert (found.broken_at is None) == (broken_at is None)


@drawn(st.lists(st.integers(0, 3), max_size=60), st.lists(st.integers(0, 3), max_size=60), st.randoms())
@settings(max_examples=100, deadline=None)
def test_a_run_of_the_guaranteed_length_is_never_missed(before: list[int], after: list[int], random: object) -> None:
    run = [random.randrange(1000) for _ in range(GUARANTEE)]  # type: ignore[attr-defined]
    left, right = array("I", [*before, *run, *after]), array("I", [*after, *run, *before])
    assert {h for h, _ in winnow(grams(left))} & {h for h, _ in winnow(grams(right))}


def test_one_of_each_window_is_chosen_and_nothing_given() -> None:
    hashes = [77, 74, 42, 17, 98, 50, 17, 98, 8, 88, 67, 39, 77, 74, 42, 17, 98]
    assert [value for value, _ in winnow(hashes, window=4)] == [17, 17, 8, 39, 17]  # the example of the paper
    assert 17 not in {value for value, _ in winnow(hashes, given={17}, window=4)}
    assert GUARANTEE == K + WINDOW - 1


def test_given_code_is_nobodys_own(tmp_path: Path) -> None:
    starter = MODULES / "02-domain-modeling" / "starter"
    found = body(tmp_path, files_in(starter), given_in([starter]))
    assert (found.files, found.words) == ((), 0)


def test_hostile_files_are_bounded_and_told(tmp_path: Path) -> None:
    files = {"a.py": "x = 1\n", "big.py": "x = '" + "a" * (2 << 20) + "'", "line.py": "x = [" + "1," * 20_000 + "]"}
    (tmp_path / "latin.py").write_bytes(b"# \xe9\nx = 1\n")
    files["deep.py"] = "(" * 1000
    found = body(tmp_path, files)
    told = "\n".join(read_body(tmp_path, [*files, "latin.py", "gone.py"], Given()).notes)
    assert found.words == 0
    assert all(text in told for text in ("big.py: not compared: it is large", "line.py: not compare", "deep.py: comp"))
    many = read_body(tmp_path, ["a.py"] * 9, Given(), Bounds(files=3)).notes
    assert many == ("a.py: and all after it were not compared: there is too much",)
    assert unpack(pack(found)) == found
    with pytest.raises(ValueError):  # noqa: PT011
        unpack(b"no body")


def test_the_index_counts_pairs_and_leaves_out_what_many_have(tmp_path: Path) -> None:
    index = Index(tmp_path)
    high = 1 << 63
    for number, hashes in enumerate(({1, 2, high}, {2, high, 9}, {high, 3}, {high, 2**64 - 1})):
        index.add(number, hashes)
    found = index.count(4, most=3)
    assert found.common == {high}
    assert list(found.pairs()) == [(0, 1, 1)]
    assert list(found.own) == [2, 2, 1, 1]


def test_clusters_are_of_three_or_more() -> None:
    pairs = [Pair(a, b, 0.5, 0.5, 300) for a, b in ("ab", "bc", "xy")]
    assert clusters(pairs) == (("a", "b", "c"),)


def write_class(folder: Path) -> None:
    module = "02-domain-modeling"
    starter = files_in(MODULES / module / "starter")
    plain, packages = accepted(module, "plain"), accepted(module, "packages")
    for name, files in {"ada": plain, "bo": disguised(plain, starter), "cy": packages, "dee": starter}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "manage.py").write_text("x\n")
        body(folder / name, files)
    (folder / "eve.zip").write_bytes(b"no archive")


@pytest.mark.slow
def test_a_class_from_the_command_line(tmp_path: Path) -> None:
    write_class(tmp_path / "in")
    words = [GRADER, "similar", "in", "--module", "02", "--out", "out", "--course", ROOT]
    done = subprocess.run(words, cwd=tmp_path, env=os.environ | {"COLUMNS": "200"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "3 compared: 1 pairs" in done.stdout or "1 pair" in done.stdout
    found = stored(tmp_path / "out")
    assert isinstance(found, Findings)
    assert [(p.left, p.right) for p in found.pairs] == [("ada", "bo")]
    assert found.small == ("dee",)
    assert list(found.unread) == ["eve"]
    page = (tmp_path / "out" / "similar.html").read_text("utf-8")
    assert "Read these side by side" in page
    assert "<script" not in page
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["class.lock", "similar.html", "similar.json"]
