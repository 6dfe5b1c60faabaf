"""The grader's fingerprint: another one where the code does something else, the same where only words changed."""

from pathlib import Path

import pytest

from grader.course.fingerprint import fingerprint, grader_fingerprint

CODE = '''
"""A module."""
import os


class Box:
    """A box."""

    def open(self, key: int = 1) -> str:
        """Opens it."""
        return f"{key}" + os.sep
'''
ALIKE = {
    "docstrings": CODE.replace("Opens it.", "Opens the box.")
    .replace("A box.", "One box.")
    .replace("A module.", "Some module."),
    "no docstring": CODE.replace('        """Opens it."""\n', ""),
    "comments": CODE.replace("import os", "import os  # for its separator"),
    "layout": CODE.replace('return f"{key}" + os.sep', 'return (\n            f"{key}" + os.sep\n        )'),
}
OTHERS = {
    "a number": CODE.replace("= 1", "= 2"),
    "a truth": CODE.replace("= 1", "= True"),
    "a name": CODE.replace("os.sep", "os.linesep"),
    "an operator": CODE.replace("+ os", "* os"),
    "a text that is no docstring": CODE.replace("{key}", "{key}!"),
    "an order": CODE.replace('f"{key}" + os.sep', 'os.sep + f"{key}"'),
    "a decorator": CODE.replace("    def open", "    @property\n    def open"),
    "async": CODE.replace("    def open", "    async def open"),
}


def of(tmp_path: Path, code: str) -> str:
    path = tmp_path / "box.py"
    path.write_text(code)
    return fingerprint([path])


@pytest.mark.parametrize("name", ALIKE)
def test_words_and_layout_do_not_change_it(tmp_path: Path, name: str):
    assert ALIKE[name] != CODE
    assert of(tmp_path, ALIKE[name]) == of(tmp_path, CODE)


def test_whatever_can_change_a_verdict_does(tmp_path: Path):
    found = {of(tmp_path, code) for code in (CODE, *OTHERS.values())}
    assert len(found) == 1 + len(OTHERS)


def test_every_byte_counts_of_what_is_no_code(tmp_path: Path):
    path, found = tmp_path / "ruff.toml", set()
    for text in ("select = ['E']\n", "select = ['E', 'F']\n"):
        path.write_text(text)
        found.add(fingerprint([path]))
    assert len(found) == 2


def test_it_is_the_same_on_every_version_of_python(tmp_path: Path):
    """Recorded once: the fields of the syntax differ among versions, and so does what ``ast.dump`` leaves out."""
    assert of(tmp_path, CODE) == "575daf7db0a748a3"


def test_the_graders_own_is_one_of_its_own():
    assert len(grader_fingerprint()) == 16
