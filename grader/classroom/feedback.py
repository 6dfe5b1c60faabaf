"""The reports of each student, as they may read them: nothing hidden, nothing of the grader's own faults."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.files import folder_name, write
from grader.classroom.records import Entry
from grader.domain.result import Result
from grader.report import REPORTS, encode, for_learners

FOLDER = "feedback"
_FORMATS = ("json", "html")


@dataclass(frozen=True, slots=True)
class Feedback:
    """Writes reports below the folder of a class; ``say`` tells of one that cannot be made, which stops nothing."""

    folder: Path
    say: Callable[[str], None]
    formats: tuple[str, ...] = _FORMATS

    def write(self, entry: Entry, result: Result) -> None:
        """The reports of one attempt, if they are not there as they are now."""
        place = self.place(entry)
        shown = for_learners(result)
        stamp = hashlib.sha256(encode(shown)).hexdigest()
        marker = place / ".of"
        try:
            whole = all((place / REPORTS[name].file_name).is_file() for name in self.formats)
            if whole and marker.is_file() and marker.read_text() == stamp:
                return
            for name in self.formats:
                write(place, REPORTS[name].file_name, REPORTS[name].render(shown))
            write(place, marker.name, stamp)
        except Exception as problem:  # one text that no report can show must not end the class
            self.say(f"The feedback of {folder_name(entry.student)} could not be written: {problem}")

    def place(self, entry: Entry) -> Path:
        """The folder of the attempt: the first is the student's own folder, the others lie in it."""
        own = self.folder / FOLDER / folder_name(entry.student)
        return own if entry.attempt == 1 else own / f"attempt-{entry.attempt}"
