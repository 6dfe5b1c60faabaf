"""Markers: what shows in which state, what is refused and in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.grammar import LEAK
from grader.course.markers import has_markers, project, shows
from grader.domain.course import State
from grader.domain.errors import CourseError

STATES = [State(number, solved) for number in range(1, 7) for solved in (False, True)]

BLOCK = b"""a = 1
# BEGIN SOLUTION 02
b = 2
# STUB
# # TODO(02): b
# b = ...
# END
c = 3
"""

SHOWN = [
    (BLOCK, State(1, True), b"a = 1\nc = 3\n"),
    (BLOCK, State(2, False), b"a = 1\n# TODO(02): b\nb = ...\nc = 3\n"),
    (BLOCK, State(2, True), b"a = 1\nb = 2\nc = 3\n"),
    (BLOCK, State(6, True), b"a = 1\nb = 2\nc = 3\n"),
    (b"a\n# BEGIN GIVEN 04\nb\n# END\n", State(3, True), b"a\n"),
    (b"a\n# BEGIN GIVEN 04\nb\n# END\n", State(4, False), b"a\nb\n"),
    (b"a\n  # BEGIN BEFORE 05\n  # b\n  # END\n", State(4, True), b"a\n  b\n"),
    (b"a\n  # BEGIN BEFORE 05\n  # b\n  # END\n", State(5, False), b"a\n"),
    (b"a  # GIVEN 03\nb\n", State(2, True), b"b\n"),
    (b"a  # GIVEN 03\nb\n", State(3, False), b"a\nb\n"),
    (b"# a  # BEFORE 03\nb\n", State(2, True), b"a\nb\n"),
    (b"# a  # BEFORE 03\nb\n", State(3, False), b"b\n"),
    (b"# FILE SOLUTION 03\na\n", State(3, False), None),
    (b"# FILE SOLUTION 03\na\n", State(3, True), b"a\n"),
    (b"#!/bin/sh\n# FILE GIVEN 02\na\n", State(2, False), b"#!/bin/sh\na\n"),
    (b"# BEGIN GIVEN 02\na\n# BEGIN SOLUTION 02\nb\n# END\n# END\nc\n", State(2, False), b"a\nc\n"),
    (b"a\r\n# BEGIN GIVEN 02\r\nb\r\n# END\r\n", State(2, False), b"a\r\nb\r\n"),
]


@pytest.mark.parametrize(("text", "state", "expected"), SHOWN)
def test_what_shows(text: bytes, state: State, expected: bytes | None):
    assert project("a.py", text, state) == expected


@pytest.mark.parametrize(
    ("path", "opening", "closing"),
    [
        ("a.html", "<!--", " -->"),
        ("a.sql", "--", ""),
        ("a.css", "/*", " */"),
        ("a.js", "//", ""),
        ("Dockerfile", "#", ""),
    ],
)
def test_every_language_has_its_comment(path: str, opening: str, closing: str):
    text = f"a\n{opening} BEGIN GIVEN 02{closing}\nb\n{opening} END{closing}\n".encode()
    assert project(path, text, State(1, True)) == b"a\n"
    assert project(path, text, State(2, False)) == b"a\nb\n"


@pytest.mark.parametrize("path", ["data.json", "poetry.lock", "logo.png"])
def test_a_kind_without_comments_is_as_it_is(path: str):
    assert project(path, b"# BEGIN GIVEN 02\n", State(1, False)) == b"# BEGIN GIVEN 02\n"
    assert not has_markers(path, b"# BEGIN GIVEN 02\n")


MALFORMED = [
    ("a\n# END\n", 2, "END without a BEGIN"),
    ("# STUB\n", 1, "STUB without a BEGIN"),
    ("a\n# BEGIN GIVEN 02\nb\n", 2, "# BEGIN GIVEN 02 is not closed"),
    (
        "# BEGIN GIVEN 02\nif a:\n    # BEGIN SOLUTION 02\n    b\n# END\n# END\n",
        3,
        "# BEGIN SOLUTION 02 is not closed: the next END, in line 5, is indented otherwise",
    ),
    ("# BEGIN SOLUTION 02\na\n# STUB\n# b\n# END\n", 3, "this stub has no TODO(02)"),
    ("# BEGIN SOLUTION 02\na\n# STUB\n# TODO(03): b\n# END\n", 3, "this stub has no TODO(02)"),
    ("# BEGIN SOLUTION 02\na\n# STUB\n# # TODO(02): b\nb = 1\n# END\n", 5, "a stub has a line that is not a comment"),
    ("# BEGIN SOLUTION 02\n# STUB\n# b\n# TODO(02): c\n# END\n", 4, "this TODO(02) would stand in the starter as code"),
    ("# BEGIN SOLUTION 02\n# STUB\n# TODO(02)\n# BEGIN GIVEN 03\n# END\n", 4, "a marker inside a stub"),
    ("# BEGIN BEFORE 02\na\n# END\n", 2, "a BEFORE block has a line that is not a comment"),
    (
        "# BEGIN GIVEN 03\n# BEGIN GIVEN 02\n# END\n# END\n",
        2,
        "GIVEN 02 stands inside a block of the later checkpoint 03",
    ),
    ("# BEGIN GIVEN 03\na  # GIVEN 02\n# END\n", 2, "GIVEN 02 stands inside a block of the later checkpoint 03"),
    ("# FILE GIVEN 03\n# BEGIN GIVEN 02\n# END\n", 2, "GIVEN 02 stands inside a block of the later checkpoint 03"),
    ("# BEGIN GIVEN 02\n# STUB\n# END\n", 2, "this looks like"),
    ("a\n# FILE GIVEN 02\n", 2, "this looks like a marker but is none: FILE GIVEN 02"),
    ("# BEGIN GIVEN 07\n# END\n", 1, "this looks like a marker but is none"),
    ("# BEGIN GIVEN 2\n# END\n", 1, "this looks like a marker but is none"),
    ("#BEGIN GIVEN 02\n# END\n", 1, "this looks like a marker but is none"),
    ("# begin given 02\n# END\n", 1, "this looks like a marker but is none"),
    ("# BEGIN GIFT 02\n# END\n", 1, "this looks like a marker but is none: # BEGIN GIFT 02"),
    ("a # GIVEN 02\n", 1, "this looks like a marker but is none: # GIVEN 02"),
    ("a  # given 02\n", 1, "this looks like a marker but is none: # given 02"),
    ("# BEGIN GIVEN 02\na\n#END\n", 3, "this looks like a marker but is none: #END"),
    ("# BEGIN GIVEN 02\na\n# END GIVEN\n", 3, "this looks like a marker but is none: # END GIVEN"),
    ("b  # BEFORE 02\n", 1, "a line with a BEFORE tail has a line that is not a comment"),
]


@pytest.mark.parametrize(("text", "line", "message"), MALFORMED)
def test_what_is_malformed_names_the_file_the_line_and_the_remedy(text: str, line: int, message: str):
    with pytest.raises(CourseError) as caught:
        project("src/a.py", text.encode(), State(1, False))
    if message == "this looks like":  # a GIVEN block has no stub
        assert caught.value.message.startswith("src/a.py:")
    else:
        assert caught.value.message.startswith(f"src/a.py:{line}: {message}")
    assert caught.value.hint


WORDS = st.sampled_from(["SOLUTION", "GIVEN", "BEFORE"])
CODE = st.lists(st.from_regex(r"[a-z]{1,8} = [0-9]{1,3}", fullmatch=True), min_size=1, max_size=4)


@st.composite
def blocks(draw: st.DrawFn) -> tuple[str, str, int, list[str]]:
    """A file of plain lines with one block: its text, its word, its checkpoint and the lines in it."""
    word, number, body = draw(WORDS), draw(st.integers(1, 6)), draw(CODE)
    around, inside = draw(CODE), [f"in_{line}" for line in body]
    written = [f"# {line}" for line in inside] if word == "BEFORE" else inside
    stub = ["# STUB", f"# stub = 1  # TODO({number:02d})"] if word == "SOLUTION" and draw(st.booleans()) else []
    lines = [*around, f"# BEGIN {word} {number:02d}", *written, *stub, "# END", *around]
    return "\n".join(lines) + "\n", word, number, inside


@given(blocks(), st.sampled_from(STATES))
def test_a_block_shows_whole_or_not_at_all_and_leaves_no_marker(made: tuple[str, str, int, list[str]], state: State):
    text, word, number, inside = made
    shown = project("a.py", text.encode(), state)
    assert shown is not None
    assert not LEAK.search(shown)
    lines = shown.decode().splitlines()
    assert [line for line in lines if line.startswith("in_")] == (inside if shows(word, number, state) else [])


@given(blocks())
def test_solutions_and_gifts_stay_once_they_have_come(made: tuple[str, str, int, list[str]]):
    text, word, number, _ = made
    seen = [shows(word, number, state) for state in STATES]
    assert seen == sorted(seen, reverse=word == "BEFORE")
    assert has_markers("a.py", text.encode())


@given(st.text(alphabet=st.characters(exclude_characters="#")))
def test_what_has_no_marker_comes_back_byte_for_byte(text: str):
    content = text.encode("utf-8", "surrogatepass")
    assert project("a.py", content, State(1, False)) == content
