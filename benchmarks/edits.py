"""What people do to a project while `grader watch` runs, as data: each edit has its way back, so that turns repeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MODELS = "src/apps/posts/models.py"
WRONG = '\n\nPost.__str__ = lambda self: "another"\n'
_SERVICES = "src/apps/posts/services.py"
_MIGRATION = "src/apps/posts/migrations/0004_post_fill_new_fields.py"


@dataclass(frozen=True, slots=True)
class Edit:
    """Files of a project by what is appended to them, what they are replaced by or renamed to (``None``: deleted).

    ``times`` is how often the last of them is saved, a moment apart, before the edit is done.
    """

    name: str
    appended: Mapping[str, str] | None = None
    replaced: Mapping[str, str | None] | None = None
    renamed: Mapping[str, str] | None = None
    times: int = 1


TURN = (
    Edit("a rule broken", appended={MODELS: WRONG}),
    Edit("no Python", appended={MODELS: "\nclass (:\n"}),
    Edit("a comment", appended={MODELS: "\n# Said.\n"}),
    Edit("models deleted", replaced={MODELS: None}),
    Edit("services renamed", renamed={_SERVICES: "src/apps/posts/doings.py"}),
    Edit("a new file", replaced={"src/apps/posts/notes.py": '"""Notes."""\n'}),
    Edit("a migration deleted", replaced={_MIGRATION: None}),
    Edit("conflict marks", appended={MODELS: "\n<<<<<<< HEAD\n"}),
    Edit("saved again and again", appended={MODELS: WRONG}, times=5),
    Edit("manage.py deleted", replaced={"manage.py": None}),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A project that is edited."""

    project: Path

    def make(self, edit: Edit) -> dict[str, str | None]:
        """Makes an edit; what it takes to undo it: texts by path, ``None`` for what was not there."""
        before: dict[str, str | None] = {}
        for path, more in (edit.appended or {}).items():
            before[path] = self._text(path)
            self._save(path, (before[path] or "") + more)
        for path, text in (edit.replaced or {}).items():
            before[path] = self._text(path)
            self._save(path, text)
        for path, other in (edit.renamed or {}).items():
            before |= {path: self._text(path), other: None}
            (self.project / path).rename(self.project / other)
        return before

    def undo(self, before: Mapping[str, str | None]) -> None:
        """Puts back what was there before an edit."""
        for path, text in before.items():
            self._save(path, text)

    def _text(self, path: str) -> str | None:
        place = self.project / path
        return place.read_text("utf-8") if place.exists() else None

    def _save(self, path: str, text: str | None) -> None:
        if text is None:
            (self.project / path).unlink()
        else:
            (self.project / path).write_text(text, "utf-8")
