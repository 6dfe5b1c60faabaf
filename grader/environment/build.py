"""The environment that a submission is graded in: its own lock's, or the course's where that cannot be used."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.domain.errors import EnvironmentError_, GraderError
from grader.domain.text import visible
from grader.environment.faults import NotInstallable, Unreachable
from grader.environment.install import environment_key, installed
from grader.environment.kept import kept_lock
from grader.environment.locked import RELOCK, Lock
from grader.environment.pin import Pin, put_aside

if TYPE_CHECKING:
    from grader.sandbox.api import Kind


Origin = Literal["submission", "resolved", "course"]


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed environment, held by ``pin``: nothing evicts it before the pin is released or forgotten.

    ``site`` is a folder of packages to mount read-only. ``key`` is a SHA-256 over the requirements and the Python
    they were installed for. ``origin`` is ``course`` where the submission's own lock could not be used, and
    ``resolved`` where versions were found for what it asks for without a lock, for the reasons in ``problems``, which
    are sentences for the learner. ``notes`` are sentences on how they were found.
    """

    site: Path
    key: str
    packages: Mapping[str, str]
    origin: Origin
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pin: Pin | None = field(default=None, compare=False, repr=False)

    def notice(self, root: Path, files: Iterable[str], told: str = "") -> str:
        """One sentence or more on what stood in for the project's packages, and what is therefore absent.

        ``files`` are paths from ``root``, of the project. Nothing is to be said where its own were installed, but for
        ``notes``, and of a module that another finding has ``told`` of, in backquotes, only there.
        """
        if self.origin != "course":
            return " ".join((*self.problems, *self.notes))
        from grader.environment.absent import absence, absent_imports

        sentences = ["The course's packages stood in for your own.", *self.problems, *self.notes]
        found = absent_imports(root, files, self.site)
        absent = {name: file for name, file in found.items() if f"`{name}`" not in told}
        return " ".join(filter(None, [*sentences, absence(absent)]))


def prepare(
    submission_root: Path,
    *,
    course_lock: Path,
    cache: Path,
    progress: Callable[[str], None],
    kind: "Kind" = "auto",
) -> Environment:
    """The submission's environment, installed now if ``cache`` does not have it. ``course_lock`` is a project folder.

    ``kind`` is the sandbox that new wheels are unpacked in. What cannot be installed is the submission's fault only if
    the course's own packages can be had in the same minute.

    Raises:
        EnvironmentError_: packages could not be had, or the course's own lock is wrong.
        SandboxError: new wheels have to be unpacked and no such sandbox starts here.
    """
    lock = kept_lock(submission_root, cache / "locks")
    install = Installer(cache, kind, progress)
    problems = lock.problems
    if not problems:
        try:
            return install(lock, "submission", ())
        except NotInstallable as refused:
            problems = (f"The packages of poetry.lock cannot be installed ({refused}): {RELOCK}.",)
        except Unreachable as first:
            if not can_be_had(course_lock, cache):
                raise
            try:
                return install(lock, "submission", ())
            except (NotInstallable, Unreachable):
                reason = first.message.rstrip(".")
                problems = (
                    f"The packages of poetry.lock cannot be had, though the course's can ({reason}): {RELOCK}.",
                )
    return of_course(course_lock, install, problems)


def of_course(course_lock: Path, install: "Installer", problems: tuple[str, ...]) -> Environment:
    """The course's own packages, in the place of those that ``problems`` rule out. Raises as ``prepare``."""
    own = _course_lock(course_lock, install.cache)
    try:
        return install(own, "course", problems)
    except NotInstallable as refused:
        raise EnvironmentError_(
            f"the course's packages cannot be installed: {refused}", f"Lock versions that have wheels in {course_lock}."
        ) from None


def unchanged[T](
    prepared: Callable[[], Environment], measure: Callable[[Environment], T], progress: Callable[[str], None]
) -> tuple[Environment, T]:
    """What was measured in an environment that was the same from the beginning to the end, and that environment.

    Where somebody changed its files meanwhile, whatever came of it does not count: it is measured once more in one that
    is made anew. One that somebody else has made anew by then is left where it is: others may be at work in it.

    Raises:
        EnvironmentError_: it was changed again.
    """
    which = ""
    for _ in range(2):
        environment = prepared()
        try:
            found = measure(environment)
        except GraderError:
            if _is_intact(environment):
                raise
        else:
            if _is_intact(environment):
                return environment, found
        is_in_place = True
        if environment.pin is not None:
            changed = visible(environment.pin.changed())
            which = f" ({changed})" if changed else ""
            is_in_place = environment.pin.is_in_place()
            environment.pin.release()
        progress(f"The installed packages were changed from outside meanwhile{which}: measuring again")
        if is_in_place:
            put_aside(environment.site.parent)
    raise EnvironmentError_(
        f"the packages in {environment.site} were changed twice while they were in use{which}, so nothing was graded.",
        "Let nothing else write to the grader's cache, such as a Python that compiles what it imports from there, then "
        "run the same command again.",
    )


def _is_intact(environment: Environment) -> bool:
    return environment.pin is None or environment.pin.is_intact()


def _course_lock(folder: Path, cache: Path) -> Lock:
    own = kept_lock(folder, cache / "locks")
    if own.problems:
        raise EnvironmentError_(f"the course's own lock is wrong: {own.problems[0]}", f"Mend it in {folder}.")
    return own


def can_be_had(course_lock: Path, cache: Path) -> bool:
    """Whether the index serves packages of the course, which says that neither it nor the network is at fault."""
    from grader.environment import collect
    from grader.environment.choose import pinned

    return collect.can_be_had(pinned(_course_lock(course_lock, cache).requirements), cache)


@dataclass(frozen=True, slots=True)
class Installer:
    """Installs locks into the cache, each as an environment. Raises as ``install.installed``."""

    cache: Path
    kind: "Kind"
    progress: Callable[[str], None]

    def __call__(
        self, lock: Lock, origin: Origin, problems: tuple[str, ...], notes: tuple[str, ...] = ()
    ) -> Environment:
        """The environment of this lock."""
        what = f"{len(lock.packages)} packages"
        pin = installed(lock.requirements, cache=self.cache, what=what, progress=self.progress, kind=self.kind)
        key = environment_key(lock.requirements)
        return Environment(pin.site, key, lock.packages, origin, problems, notes, pin)
