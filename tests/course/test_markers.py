"""Markers: what shows in which state, what is refused, and what must hold for any file."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.grammar import LEAK
from grader.course.markers import has_markers, project
from grader.domain.course import State
from grader.domain.errors import CourseError

STATES = [State(n, solved) for n, solved in product(range(1, 7), (False, True))]

SOLUTION = """\
class Post:
    # BEGIN SOLUTION 02
    slug = "made"
    # STUB
    # # TODO(02): give a post a slug.
    # slug = None
    #
    # END
    title = 1
"""


def shown(text: str, checkpoint: int, solved: bool, path: str = "a.py") -> str | None:
    content = project(path, text.encode(), State(checkpoint, solved))
    return None if content is None else content.decode()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ((1, True), "class Post:\n    title = 1\n"),
        ((2, False), "class Post:\n    # TODO(02): give a post a slug.\n    slug = None\n\n    title = 1\n"),
        ((2, True), 'class Post:\n    slug = "made"\n    title = 1\n'),
        ((3, False), 'class Post:\n    slug = "made"\n    title = 1\n'),
    ],
)
def test_a_solution_shows_once_solved_and_its_stub_only_in_its_own_starter(state, expected):
    assert shown(SOLUTION, *state) == expected


def test_given_and_before_change_over_at_the_starter():
    text = "# BEGIN GIVEN 03\nnew\n# END\n# BEGIN BEFORE 03\n# old\n# END\n"
    assert shown(text, 2, True) == "old\n"
    assert shown(text, 3, False) == "new\n"


@pytest.mark.parametrize(
    ("line", "before", "at_starter", "at_solution"),
    [
        ("a = 1  # GIVEN 03\n", "", "a = 1\n", "a = 1\n"),
        ("a = 1  # SOLUTION 03\n", "", "", "a = 1\n"),
        ("# a = 1  # BEFORE 03\n", "a = 1\n", "", ""),
    ],
)
def test_tails(line, before, at_starter, at_solution):
    assert [shown(line, 2, True), shown(line, 3, False), shown(line, 3, True)] == [before, at_starter, at_solution]


def test_a_whole_file():
    text = "# FILE SOLUTION 03\n\nx = 1\n"
    assert shown(text, 3, False) is None
    assert shown(text, 3, True) == "x = 1\n"
    script = "#!/usr/bin/env python\n# FILE GIVEN 02\nx = 1\n"
    assert shown(script, 1, True) is None
    assert shown(script, 2, False) == "#!/usr/bin/env python\nx = 1\n"


def test_blocks_nest_to_a_later_checkpoint():
    text = (
        "# BEGIN SOLUTION 02\none\n# BEGIN SOLUTION 04\ntwo\n# STUB\n# # TODO(04): two\n# END\n"
        "# STUB\n# # TODO(02): one\n# END\n"
    )
    assert [shown(text, *s) for s in [(2, False), (2, True), (4, False), (4, True)]] == [
        "# TODO(02): one\n",
        "one\n",
        "one\n# TODO(04): two\n",
        "one\ntwo\n",
    ]


def test_blank_lines_close_up_where_something_was_left_out():
    text = "a\n\n\n# BEGIN SOLUTION 02\nb\n# END\n\n\nc\n\n# BEGIN SOLUTION 02\nd\n# END\n"
    assert shown(text, 1, True) == "a\n\n\nc\n"
    assert shown(text, 2, True) == "a\n\n\nb\n\n\nc\n\nd\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", "<!-- BEGIN SOLUTION 02 -->\nyes\n<!-- STUB -->\n<!-- TODO(02): write -->\n<!-- END -->\n"),
        ("a.html", "<!-- BEGIN SOLUTION 02 -->\nyes\n<!-- STUB -->\n<!-- TODO(02): write -->\n<!-- END -->\n"),
        ("a.js", "// BEGIN SOLUTION 02\nyes\n// STUB\n// TODO(02): write\n// END\n"),
        ("a.sql", "-- BEGIN SOLUTION 02\nyes\n-- STUB\n-- TODO(02): write\n-- END\n"),
        ("Dockerfile", "# BEGIN SOLUTION 02\nyes\n# STUB\n# TODO(02): write\n# END\n"),
        (".env.example", "# BEGIN SOLUTION 02\nyes\n# STUB\n# TODO(02): write\n# END\n"),
        (".gitignore", "# BEGIN SOLUTION 02\nyes\n# STUB\n# TODO(02): write\n# END\n"),
    ],
)
def test_the_comment_sign_is_the_language_s(path, text):
    assert shown(text, 2, False, path) == "TODO(02): write\n"
    assert shown(text, 2, True, path) == "yes\n"


MALFORMED = {
    "one digit": "# BEGIN SOLUTION 2\n# END\n",
    "number too high": "# BEGIN SOLUTION 09\n# END\n",
    "unknown word": "# BEGIN SOLVED 02\n# END\n",
    "lower case": "# begin solution 02\nx\n",
    "no space": "#BEGIN SOLUTION 02\n# END\n",
    "something after": "# BEGIN SOLUTION 02 (slugs)\n# END\n",
    "trailing space": "# BEGIN SOLUTION 02 \n# END\n",
    "after code": "x = 1  # BEGIN SOLUTION 02\n",
    "end without begin": "x\n# END\n",
    "stub without begin": "# STUB\n# TODO(02)\n# END\n",
    "stub in given": "# BEGIN GIVEN 02\n# STUB\n# END\n",
    "second stub": "# BEGIN SOLUTION 02\n# STUB\n# # TODO(02)\n# STUB\n# END\n",
    "end with a word": "# BEGIN GIVEN 02\n# END GIVEN\n",
    "unclosed": "# BEGIN SOLUTION 02\nx\n",
    "unclosed stub": "# BEGIN SOLUTION 02\nx\n# STUB\n# # TODO(02)\n",
    "stub without todo": "# BEGIN SOLUTION 02\nx\n# STUB\n# pass\n# END\n",
    "stub with another todo": "# BEGIN SOLUTION 02\nx\n# STUB\n# # TODO(03)\n# END\n",
    "stub not commented": "# BEGIN SOLUTION 02\nx\n# STUB\n# # TODO(02)\npass\n# END\n",
    "before not commented": "# BEGIN BEFORE 02\nx\n# END\n",
    "block in before": "# BEGIN BEFORE 02\n# BEGIN GIVEN 02\n# END\n# END\n",
    "nested earlier": "# BEGIN SOLUTION 03\n# BEGIN SOLUTION 02\nx\n# END\n# END\n",
    "tail nested earlier": "# BEGIN SOLUTION 03\nx = 1  # GIVEN 02\n# END\n",
    "nested earlier in file": "# FILE SOLUTION 03\nx = 1  # GIVEN 02\n",
    "tail with one space": "x = 1 # GIVEN 03\n",
    "tail without number": "x = 1  # GIVEN\n",
    "tail with one digit": "x = 1  # GIVEN 3\n",
    "tail alone": "    # GIVEN 03\n",
    "tail lower case": "x = 1  # given 03\n",
    "tail before not commented": "x = 1  # BEFORE 03\n",
    "file below": "x = 1\n# FILE SOLUTION 03\n",
    "file before": "# FILE BEFORE 03\n",
    "another sign": "x = 1\n// BEGIN SOLUTION 02\n",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_marker_is_an_error_that_says_where_and_what_to_do(text):
    with pytest.raises(CourseError, match=r"^src/a\.py:\d+: ") as caught:
        project("src/a.py", text.encode(), State(1, False))
    assert caught.value.hint


def test_the_error_names_the_line():
    with pytest.raises(CourseError, match=r"^a\.py:3: "):
        project("a.py", b"# FILE GIVEN 01\nx = 1\n# BEGIN SOLUTION 02\ny\n", State(1, False))


@pytest.mark.parametrize(
    "text",
    [
        "# The END of it\nx = 1  # given a post\n",
        "# File before you go\n",
        "x = '# TODO'\n",
        "# Beginning: solution\n",
        "",
    ],
)
def test_ordinary_comments_are_no_markers(text):
    assert not has_markers("a.py", text.encode())
    assert shown(text, 1, False) == text


@given(st.binary(), st.sampled_from(["a.py", "a.json", "b.html", "poetry.lock"]), st.sampled_from(STATES))
def test_files_without_markers_pass_byte_for_byte(content, path, state):
    try:
        if has_markers(path, content):
            return
    except CourseError:
        return
    assert project(path, content, state) == content


def _blocks(depth: int, at_least: int) -> st.SearchStrategy[list[str]]:
    """Lines of a well-formed file whose markers are all of checkpoint ``at_least`` or later."""
    line = st.sampled_from(["", "code()", "    deeper = 1", "# a comment"])
    number = st.integers(at_least, 6)
    tail = st.builds(lambda w, n: [f"tail = 1  # {w} {n:02d}"], st.sampled_from(["GIVEN", "SOLUTION"]), number)
    parts = st.one_of(line.map(lambda text: [text]), tail)
    if depth:

        def block(n: int) -> st.SearchStrategy[list[str]]:
            inner = _blocks(depth - 1, n)
            return st.one_of(
                inner.map(lambda body: [f"# BEGIN GIVEN {n:02d}", *body, "# END"]),
                inner.map(lambda body: [f"# BEGIN SOLUTION {n:02d}", *body, "# STUB", f"# # TODO({n:02d})", "# END"]),
                st.just([f"# BEGIN BEFORE {n:02d}", "# old = 1", "# END"]),
            )

        parts = st.one_of(parts, number.flatmap(block))
    return st.lists(parts, max_size=6).map(lambda found: [line for part in found for line in part])


@given(_blocks(3, 1), st.sampled_from(STATES))
def test_no_marker_shows_and_the_order_of_lines_is_kept(lines, state):
    numbered = [re.sub(r"^(\s*(?:# )?)(\w+)", rf"\1l{i}_\2", x) if _is_text(x) else x for i, x in enumerate(lines)]
    content = project("a.py", "".join(f"{line}\n" for line in numbered).encode(), state)
    assert content is not None
    assert not LEAK.search(content)
    assert not re.search(rb"# (STUB|END)$|  # (GIVEN|SOLUTION|BEFORE) \d\d", content, re.MULTILINE)
    seen = [int(number) for number in re.findall(rb"\bl(\d+)_", content)]
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen))


def _is_text(line: str) -> bool:
    return bool(re.match(r"\s*(# )?[a-z]", line))


@given(_blocks(3, 1))
def test_what_a_state_leaves_out_never_leaves_a_gap(lines):
    for state in STATES:
        content = project("a.py", "".join(f"{line}\n" for line in lines).encode(), state)
        assert content is not None
        assert project("a.py", content, state) == content
