"""The fixtures ``manage`` and ``load``: management commands, and settings as they load under given variables."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from grader.agent.client import AgentFault
from grader.domain.layout import COURSE
from grader.domain.words import Counted
from grader.stage.line import Line
from grader.stage.project import Project
from grader.stage.times import MIGRATE_S, START_S


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """A command that has run: its exit code, and the first 64 KiB of what it wrote."""

    code: int
    out: str

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.code == 0


@dataclass(frozen=True, slots=True)
class EnvironRead:
    """A variable that the project's own code reads, and the line that does."""

    name: str
    path: str
    line: int


class Settings:
    """Settings as loaded: ``.NAME``; ``AttributeError`` for one that there is not. What is not plain data is a text."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.all = values

    def __getattr__(self, name: str) -> Any:
        if name not in self.all:
            raise AttributeError(name)
        return self.all[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A setting, or the default."""
        return self.all.get(name, default)


class Manage:
    """``manage(*argv)``."""

    def __init__(self, line: Callable[[], Line], fresh: "Fresh", note: Callable[[bool, str], None]) -> None:
        self._line, self._fresh, self._note = line, fresh, note

    def __call__(self, *argv: str, settings: str | None = None, env: Mapping[str, str] | None = None) -> CommandOutput:
        """Runs the command: in the check's own process and database; with ``settings`` or ``env`` in a fresh one.

        A fresh one has exactly the variables of ``env``, and DJANGO_SETTINGS_MODULE only if ``settings`` names one.
        """
        doing = f"`manage.py {argv[0]}` ran"
        if settings is not None or env is not None:
            named = {"DJANGO_SETTINGS_MODULE": settings} if settings else {}
            return self._ended(argv[0], self._fresh.script(doing, argv, {**(env or {}), **named}))
        return self._ended(argv[0], self._line().ask("manage", doing, argv=list(argv)))

    def _ended(self, name: str, answer: Any) -> CommandOutput:
        output = command_output(answer, name)
        self._note(output.ok, output.out)
        return output

    def core(self, *argv: str, settings: str | None = None, env: Mapping[str, str] | None = None) -> CommandOutput:
        """Runs Django's own command of that name, which no app of the project can take the place of.

        In the check's own process and database; with ``settings`` in a fresh one, under exactly those variables.
        """
        doing = f"`manage.py {argv[0]}` ran"
        if settings is not None:
            answer = self._fresh.after_setup("core", settings, env or {}, doing=doing, argv=list(argv))
            return self._ended(argv[0], answer)
        return self._ended(argv[0], self._line().ask("core", doing, argv=list(argv)))


def command_output(answer: Any, name: str = "") -> CommandOutput:
    """An answer as a command of that name that has run; ``AgentFault`` if it has another shape."""
    if isinstance(answer, tuple) and len(answer) == 2 and type(answer[0]) is int and isinstance(answer[1], str):
        told = "exit status {}" + (f" of `{name}`" if name else "")
        return CommandOutput(Counted(answer[0], told, told), answer[1])
    raise AgentFault("Your project gave an answer that cannot be read.")


class Fresh:
    """Processes that have loaded nothing of the project yet: one for each question."""

    def __init__(
        self,
        project: Project,
        variant: Callable[[Mapping[str, str]], AbstractContextManager[Project]],
        manage: str = COURSE.manage,
    ) -> None:
        self._project, self._variant, self._manage = project, variant, manage

    def script(self, doing: str, argv: Sequence[str], env: Mapping[str, str]) -> Any:
        """What manage.py comes to under exactly these variables."""
        return self.ask("script", doing, argv=list(argv), env=dict(env), path=self._manage)

    def ask(self, op: str, doing: str, **arguments: Any) -> Any:
        """One answer of a process of its own."""
        with self._project.check("fork", None) as client:
            return client.ask(op, within_s=MIGRATE_S, doing=doing, **arguments)

    def after_setup(
        self,
        op: str,
        settings: str,
        env: Mapping[str, str],
        files: Mapping[str, str] | None = None,
        trace: bool = False,
        doing: str = "",
        **arguments: Any,
    ) -> Any:
        """The answer of a process that has loaded these settings under exactly these variables, with these files."""
        with (
            self._variant(files) if files else nullcontext(self._project) as project,
            project.check("fork", None) as client,
        ):
            loading = f"{settings} was loading"
            client.ask("setup", within_s=START_S, doing=loading, settings=settings, env=dict(env), trace=trace)
            return client.ask(op, within_s=START_S, doing=doing or loading, **arguments)


class Load:
    """``load(settings, env=…)``."""

    def __init__(self, fresh: Fresh) -> None:
        self._fresh = fresh

    def __call__(
        self, settings: str, *, env: Mapping[str, str] | None = None, files: Mapping[str, str] | None = None
    ) -> Settings:
        """The settings and the apps, loaded under exactly these variables; ``Raised`` if they refuse to load.

        ``files`` ({path: text}) are added to the submission, or take the place of its own.
        """
        answer = self._fresh.after_setup("settings", settings, env or {}, files)
        if not isinstance(answer, dict):
            raise AgentFault("Your project gave an answer that cannot be read.")
        return Settings(answer)

    def environ(self, settings: str, *, env: Mapping[str, str] | None = None) -> tuple[EnvironRead, ...]:
        """The variables that the project's own code reads while these settings load."""
        answer = self._fresh.after_setup("environ", settings, env or {}, trace=True)
        try:
            return tuple(EnvironRead(str(name), str(path), int(line)) for name, path, line in answer)
        except (TypeError, ValueError) as error:
            raise AgentFault("Your project gave an answer that cannot be read.") from error
