"""Tools that look at a submission, in a sandbox and by the course's configuration only: Poetry and hadolint."""

import shutil
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.environment.faults import NotInstallable
from grader.environment.install import site_for
from grader.sandbox.api import Kind, Launch, Limits, Mount

_HERE = Path(__file__).parent
_POETRY = "/tools/poetry"
_SHELL = "/grader/poetry_shell.py"
_HADOLINT = "/tools/hadolint"
_COURSE_EXTRA = "Install the tools of the course beside the grader: pip install 'django-track[course]'."
_POETRY_LIMITS = Limits(memory_mb=1024, processes=64, tmp_mb=256, wall_s=120.0)
# hadolint is written in Haskell, which reserves a terabyte of addresses and uses none of them.
_HADOLINT_LIMITS = Limits(memory_mb=512, processes=16, tmp_mb=16, wall_s=20.0, address_mb=None)
_HADOLINT_OPTIONS = ("--no-color", "--format", "json", "--no-fail", "--disable-ignore-pragma")


def poetry_site(*, cache: Path, progress: Callable[[str], None] = lambda text: None, kind: Kind = "auto") -> Path:
    """The folder that holds Poetry, installed by hash on first use, in a sandbox of that kind.

    Raises:
        EnvironmentError_: its packages cannot be had.
    """
    requirements = (_HERE / "tool_requirements" / "poetry.txt").read_text("utf-8")
    try:
        return site_for(requirements, cache=cache, what="Poetry", progress=progress, kind=kind)
    except NotInstallable as refused:
        raise EnvironmentError_(
            f"Poetry cannot be installed: {refused}",
            "Check that a package index can be reached, then run the same command again.",
        ) from None


def poetry_launch(
    words: tuple[str, ...],
    *,
    cache: Path,
    env: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda text: None,
    kind: Kind = "auto",
) -> Launch:
    """``poetry WORDS`` on a writable copy of the submission, offline: ``("install",)``, ``("run", "pytest", "-q")``.

    Start it with the submission and with the site of its environment as ``deps``; in there Poetry finds every locked
    package installed. ``cache`` and ``kind`` are those of ``prepare``. Plugins and poetry.toml of the submission have
    no effect; ``env`` is for what the project's own code reads. ``EnvironmentError_`` if Poetry cannot be had.
    """
    poetry = Mount(poetry_site(cache=cache, progress=progress, kind=kind), _POETRY)
    mounts = (poetry, Mount(_HERE / "poetry_shell.py", _SHELL), *_shared_library())
    return Launch(
        argv=(_SHELL, _POETRY, "/deps", *words),
        env=dict(env or {}),
        mounts=mounts,
        limits=_POETRY_LIMITS,
        copy_submission=True,
    )


def _shared_library() -> tuple[Mount, ...]:
    """Python's own library at the place that is written into the interpreter, if it has one that is no part of /usr.

    Then the interpreter starts by itself: a test that starts it with variables of its own passes no LD_LIBRARY_PATH on.
    """
    name, place = sysconfig.get_config_var("INSTSONAME"), sysconfig.get_config_var("LIBDIR")
    if not (sysconfig.get_config_var("Py_ENABLE_SHARED") and name and place) or str(place).startswith("/usr/"):
        return ()
    library = Path(sys.base_prefix).resolve() / "lib" / str(name)
    return (Mount(library, f"{place}/{name}"),) if library.is_file() else ()


def hadolint_launch(path: str) -> Launch:
    """hadolint on one file of the submission, which gives a JSON list of findings as output and 0 as status.

    It reads the course's configuration only: neither a .hadolint.yaml nor comments in the file turn a rule off.
    ``EnvironmentError_`` if hadolint is not installed beside the grader.
    """
    program = shutil.which("hadolint", path=sysconfig.get_path("scripts"))
    if program is None:
        raise EnvironmentError_("hadolint is not installed.", _COURSE_EXTRA)
    config = _HERE / "tool_requirements" / "hadolint.yaml"
    return Launch(
        argv=(_HADOLINT, *_HADOLINT_OPTIONS, "--config", "/tools/hadolint.yaml", f"/submission/{path}"),
        mounts=(Mount(Path(program).resolve(), _HADOLINT), Mount(config, "/tools/hadolint.yaml")),
        limits=_HADOLINT_LIMITS,
        raw=True,
        cwd="/",
    )
