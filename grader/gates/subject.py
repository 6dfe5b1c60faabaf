"""What a gate looks at, and what a gate is."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, Self

from grader import ending
from grader.domain.evidence import Measurement
from grader.domain.layout import Layout
from grader.sandbox.api import Sandbox
from grader.stage.spec import StageSpec
from grader.stage.stage import Stage


@dataclass(slots=True)
class _Opened:
    """What has been started for a subject so far."""

    stage: Stage | None = None
    unlimited: set[str] = field(default_factory=set)


class Shared:
    """What several gates of one run need alike: the first that asks finds it out, the others wait for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[str, Future[Any]] = {}

    def once[T](self, name: str, find: Callable[[], T]) -> T:
        """What ``find`` gives, or raises, the first time that anybody asks for this name."""
        with self._lock:
            first = name not in self._found
            future: Future[T] = self._found.setdefault(name, Future())
        if first:
            try:
                future.set_result(find())
            except BaseException as problem:  # who waits for it has to learn of it
                future.set_exception(problem)
        return future.result()


@dataclass(frozen=True)
class Subject:
    """A submission as one gate has it: its own stage, and a folder of its own that nobody else writes to.

    ``seed`` is where all that is drawn at random begins; ``shared`` is the run's, for all its gates. A gate that takes
    long says by ``tell`` what it does, and how many of how many parts of its work are done; ``lanes`` things may be
    done at a time. Use it in a ``with``: leaving it ends what was started.
    """

    spec: StageSpec
    seed: int = 0
    shared: Shared = field(default_factory=Shared, repr=False)
    tell: Callable[[str, int, int], None] = field(default=lambda doing, done, total: None, repr=False)
    lanes: int = 1
    _opened: _Opened = field(default_factory=_Opened, repr=False)

    @property
    def submission(self) -> Path:
        """The root of the trusted copy."""
        return self.spec.submission

    @property
    def deps(self) -> Path:
        """Where its packages are installed."""
        return self.spec.deps

    @property
    def layout(self) -> Layout:
        """Where its parts are."""
        return self.spec.layout

    @property
    def folder(self) -> Path:
        """A folder for this gate and this run, on the trusted side. It is removed at the end."""
        return self.spec.folder

    @property
    def state_dir(self) -> Path:
        """What is kept between runs: environments of tools, advisories."""
        return self.spec.state_dir

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files, as paths from the root with ``/``, in order."""
        found = (path for path in self.submission.rglob("*") if path.is_file() and not path.is_symlink())
        return tuple(sorted(path.relative_to(self.submission).as_posix() for path in found))

    @property
    def stage(self) -> Stage:
        """The project brought to life: sandbox, services, databases; each is started when it is first asked for."""
        if self._opened.stage is None:
            self._opened.stage = Stage(self.spec)
        return self._opened.stage

    @property
    def sandbox(self) -> Sandbox:
        """What the submission, and tools that look at it, run in."""
        return self.stage.sandbox

    def missing_limits(self) -> tuple[str, ...]:
        """What no limit held for, a sentence each, in all that was started for this gate so far."""
        own = () if self._opened.stage is None else self._opened.stage.sandbox.missing_limits()
        return tuple(sorted({*own, *self._opened.unlimited}))

    @contextmanager
    def apart(self) -> Iterator["Subject"]:
        """The same submission once more, with a stage and a folder of its own, for what goes on beside this one."""
        with ending.room("track-apart-") as folder:
            folder.chmod(0o711)
            with replace(self, spec=replace(self.spec, folder=folder), _opened=_Opened()) as other:
                try:
                    yield other
                finally:
                    self._opened.unlimited.update(other.missing_limits())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened.stage is not None:
            self._opened.stage.close()
            self._opened.stage = None


class Gate(Protocol):
    """One way to measure."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """One measurement for each of these metrics of its own; it may leave the work for the others out.

        What it raises is an error of the grader's or of the machine's.
        """
