"""What a tool is, and what comes of running one."""

import os
import shutil
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.sandbox.api import Launch, Limits, Mount, Sandbox

COURSE_EXTRA = "Install the tools of the course beside the grader: pip install 'django-track[course]'."
CONFIGURATION = Path(__file__).parent / "configuration"
_SPARE_S = 10.0
_LIMITS = Limits(memory_mb=512, processes=16, tmp_mb=16, wall_s=60.0)


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, its arguments, what it sees besides the submission, and what it may take of the machine.

    ``launch`` says all of this. A tool that ``runs_code`` of the submission runs as the submission's own user and with
    its packages; any other runs as a user of its own, reads the submission as data, and sees no package of it.
    """

    name: str
    launch: Launch
    runs_code: bool = False

    @classmethod
    def beside_grader(
        cls,
        name: str,
        *arguments: str,
        configuration: tuple[str, ...] = (),
        limits: Limits = _LIMITS,
        output_limit: int = 1 << 20,
    ) -> "Tool":
        """A program that was installed with the grader, with files of ``CONFIGURATION`` below /tools.

        Of a longer output than ``output_limit`` bytes the beginning and the end are kept.

        Raises:
            EnvironmentError_: it was not installed.
        """
        program = shutil.which(name, path=sysconfig.get_path("scripts"))
        if program is None:
            raise EnvironmentError_(f"{name} is not installed.", COURSE_EXTRA)
        return cls._of(program, name, *arguments, configuration=configuration, limits=limits, output_limit=output_limit)

    @classmethod
    def of_machine(
        cls, name: str, *arguments: str, limits: Limits = _LIMITS, output_limit: int = 1 << 20
    ) -> "Tool | None":
        """A program that this machine has, in whatever version, or ``None``: no points may rest on it."""
        program = shutil.which(name, path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.defpath}")
        if program is None:
            return None
        return cls._of(program, name, *arguments, configuration=(), limits=limits, output_limit=output_limit)

    @classmethod
    def _of(
        cls,
        program: str,
        name: str,
        *arguments: str,
        configuration: tuple[str, ...],
        limits: Limits,
        output_limit: int,
    ) -> "Tool":
        seen = [Mount(Path(program).resolve(), f"/tools/{name}")]
        seen += [Mount(CONFIGURATION / file, f"/tools/{file}") for file in configuration]
        argv = (f"/tools/{name}", *arguments)
        return cls(name, Launch(argv, mounts=tuple(seen), limits=limits, raw=True, cwd="/", output_limit=output_limit))


@dataclass(frozen=True, slots=True)
class Output:
    """How a tool ended, 128 + N after signal N, what it wrote, and whether it was ended because its time was up."""

    status: int
    text: str
    timed_out: bool = False


def run(tool: Tool, sandbox: Sandbox, *, submission: Path, deps: Path) -> Output:
    """Runs the tool on a submission to its end.

    Raises:
        EnvironmentError_: it does not end in the time that its limits give it.
    """
    own = sandbox if tool.runs_code else sandbox.for_service("tool")
    process = own.start(tool.launch, submission=submission, deps=deps if tool.runs_code else None)
    try:
        status = process.wait(tool.launch.limits.wall_s + _SPARE_S)
    except TimeoutError:
        raise EnvironmentError_(f"{tool.name} did not end.", "Run the same command again.") from None
    finally:
        process.kill()
        if own is not sandbox:
            own.close()
    text = process.output().decode(errors="replace")
    return Output(status, text if own.official else _as_inside(text, submission), process.usage().timed_out)


def _as_inside(text: str, submission: Path) -> str:
    """What a tool wrote that was not isolated, with the place that the submission has for those that are."""
    return text.replace(str(submission.resolve()), "/submission")
