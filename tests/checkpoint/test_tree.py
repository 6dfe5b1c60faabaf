"""Places and names are believed where the trusted copy of the submission, Python or a package has them."""

from pathlib import Path

import pytest

from grader.checkpoint.diagnosis.tree import Tree
from grader.domain.evidence import Location


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    root, site = tmp_path / "submission", tmp_path / "site"
    for path, text in {
        root / "src/models.py": "import x\n\nclass Post(Model):\n    slug = 1\n",
        root / "Dockerfile": "FROM scratch",
        root / "windows.py": "a\r\nb\rc\n",
        root / "odd\n::error::name.py": "a\n",
        site / "redis/exceptions.py": "class ConnectionError(RedisError): pass\n",
        site / "rest/__init__.py": "class Throttled(Exception): pass\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, newline="")
    (root / "link.py").symlink_to("src/models.py")
    (root / "elsewhere").symlink_to(site)
    return Tree(root, site)


@pytest.mark.parametrize(
    ("path", "line", "found"),
    [
        ("src/models.py", 4, Location("src/models.py", 4)),
        ("src/models.py", 5, Location("src/models.py", 5)),  # where a file ends too early, Python points behind it
        ("src/models.py", 6, Location("src/models.py")),
        ("src/models.py", 0, Location("src/models.py")),
        ("src/models.py", -1, Location("src/models.py")),
        ("src/models.py", 10**300, Location("src/models.py")),
        ("windows.py", 4, Location("windows.py", 4)),
        ("windows.py", 5, Location("windows.py")),
        ("odd\n::error::name.py", 1, Location("odd\\n::error::name.py", 1)),
        ("src", 1, None),
        ("src/other.py", 1, None),
        ("./src/models.py", 1, None),
        ("src//models.py", 1, None),
        ("src/../src/models.py", 1, None),
        ("/etc/passwd", 1, None),
        ("../site/redis/exceptions.py", 1, None),
        ("elsewhere/redis/exceptions.py", 1, None),
        ("link.py", 1, None),
        ("", 1, None),
        ("src/models.py\0", 1, None),
        ("x" * 800_000, 1, None),
    ],
)
def test_places(tree: Tree, path: str, line: int, found: Location | None) -> None:
    assert tree.place(path, line) == found


def test_what_an_author_names_may_be_missing(tree: Tree) -> None:
    assert tree.named_by_author(Location("Dockerfile", 1)) == Location("Dockerfile", 1)
    assert tree.named_by_author(Location("docs/missing file.md", 7)) == Location("docs/missing file.md", 7)
    for other in ("x\n::error::y", "a" * 101, "a;b"):
        assert tree.named_by_author(Location(other)) is None


@pytest.mark.parametrize(
    ("name", "found"), [("slug", True), ("Post", True), ("slu", False), ("FROM", False), ("1", False)]
)
def test_names(tree: Tree, name: str, found: bool) -> None:
    assert tree.has_name(name) is found


@pytest.mark.parametrize(
    ("bases", "told"),
    [
        (("builtins.ValueError", "builtins.Exception"), "ValueError"),
        (("posts.models.Post", "builtins.Exception"), "Post"),
        (("posts.models.Post.DoesNotExist",), "DoesNotExist"),
        (("redis.exceptions.ConnectionError",), "ConnectionError"),
        (("rest.Throttled",), "Throttled"),
        (("json.decoder.JSONDecodeError", "builtins.ValueError"), "JSONDecodeError"),
        (("posts.models.asked_for_slug_x", "builtins.KeyError"), "KeyError"),
        (("redis.exceptions.asked_for_slug_x",), "An exception"),
        (("..asked.q", "redis/exceptions.ConnectionError2"), "An exception"),
        ((".".join("q" * 50),), "An exception"),
        (("builtins.print",), "An exception"),
        ((), "An exception"),
    ],
)
def test_classes(tree: Tree, bases: tuple[str, ...], told: str) -> None:
    assert tree.exception(bases) == told


def test_many_lines_are_counted_without_making_them(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "submission" / "long.py").write_bytes(b"\n" * (3 << 20))
    (tmp_path / "submission" / "longer.py").write_bytes(b"\n" * (5 << 20))
    assert tree.place("long.py", (3 << 20) + 1) == Location("long.py", (3 << 20) + 1)
    assert tree.place("longer.py", 1) == Location("longer.py")
