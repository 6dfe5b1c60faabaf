"""Runs inside the sandbox: makes a virtual environment's shell around /deps, then Poetry on the project's copy.

Started by the launcher as ``poetry_shell.py TOOL DEPS COMMAND…``: TOOL holds Poetry and DEPS the packages that were
installed from the lock. To Poetry everything that is locked is there, so ``poetry install`` has nothing to fetch.
Standard library only.
"""

import configparser
import os
import re
import runpy
import shutil
import sys
import tempfile
from pathlib import Path

PATH = Path(__file__)
_SCRIPT = """#!{python}
import sys
from {module} import {top}
sys.exit({function}())
"""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TARGET = re.compile(r"([A-Za-z_][\w.]*):(([A-Za-z_]\w*)(?:\.[A-Za-z_]\w*)*)")


def make_shell(folder: Path, deps: Path) -> None:
    """Makes the virtual environment in ``folder``: our Python, the packages by a path, and their commands.

    The packages are a folder of packages to it as its own is, whose ``.pth`` files count.
    """
    packages = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    packages.mkdir(parents=True)
    (folder / "bin").mkdir()
    home, version = Path(sys.executable).parent, ".".join(map(str, sys.version_info[:3]))
    (folder / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n")
    (packages / "deps.pth").write_text(f"import site; site.addsitedir({str(deps)!r})\n")
    for name in ("python", "python3"):
        (folder / "bin" / name).symlink_to(sys.executable)
    for entries in sorted(deps.glob("*.dist-info/entry_points.txt")):
        for name, script in scripts(entries.read_text("utf-8", "replace"), folder / "bin" / "python").items():
            (folder / "bin" / name).write_text(script)
            (folder / "bin" / name).chmod(0o755)


def scripts(entry_points: str, python: Path) -> dict[str, str]:
    """The commands that a package declares, as scripts by name. What is not plainly one is left out."""
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(entry_points)
    except configparser.Error:
        return {}
    found = {}
    for name, value in parser.items("console_scripts") if parser.has_section("console_scripts") else ():
        target = _TARGET.fullmatch(value.split("[")[0].strip())
        if target and _NAME.fullmatch(name) and not name.startswith("python"):
            module, function, top = target.groups()
            found[name] = _SCRIPT.format(python=python, module=module, function=function, top=top)
    return found


def drop_configuration(project: Path) -> None:
    """Removes from the copy what would change Poetry itself: its local configuration and plugins in the project."""
    (project / "poetry.toml").unlink(missing_ok=True)
    shutil.rmtree(project / ".poetry", ignore_errors=True)


def main() -> None:
    """Prepares, then gives way to Poetry, which alone can be imported from here."""
    tool, deps, words = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    shell = Path(tempfile.mkdtemp(prefix="environment-")) / ".venv"
    make_shell(shell, deps)
    drop_configuration(Path.cwd())
    os.environ.update(VIRTUAL_ENV=str(shell), POETRY_VIRTUALENVS_CREATE="false")
    sys.path[:] = [entry for entry in sys.path if entry.startswith((sys.base_prefix, "/rt/"))] + [tool]
    sys.argv = ["poetry", "--no-plugins", "--no-interaction", "--no-ansi", *words]
    runpy.run_module("poetry", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
