"""mypy on a submission, by the course's configuration, as the submission's own user.

Its plugin for Django imports the settings and the models, which are code of the submission: so what it writes is a
claim of the project's.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.domain.layout import Layout
from grader.sandbox.api import Kind, Launch, Limits, Mount
from grader.tools.installed import locked_version, tool_site
from grader.tools.tool import CONFIGURATION, Tool

_REQUIREMENTS = "mypy.txt"
_SITE, _INI, _NAMES = "/tools/site", "/tools/mypy.ini", "/tools/files.txt"
_ROOT = "/submission"
# Where there is no isolation these places are others, so they come as arguments. A class of django-configurations
# becomes settings by an import hook of its own.
_RUN = f"""import os, sys, tempfile
site, ini, names, root, *options = sys.argv[1:]
sys.path[:0] = [site]
place = tempfile.mkdtemp()
for name, path in (("mypy.ini", ini), ("files.txt", names)):
    with open(path) as given, open(os.path.join(place, name), "w") as own:
        own.write(given.read().replace({_ROOT!r}, root))
try:
    if os.environ.get("DJANGO_CONFIGURATION"):
        from configurations import importer
        importer.install()
    from mypy import api
    text, problem, status = api.run([*options, "--config-file", place + "/mypy.ini", "@" + place + "/files.txt"])
except BaseException as error:
    text, problem, status = "", f"{{type(error).__name__}}: {{error}}", 3
sys.stdout.write("\\n" + (text + problem).replace(root + "/", {_ROOT + "/"!r}))
sys.stdout.flush()
os._exit(status)
"""
_OPTIONS = (
    "--cache-dir=/dev/null",
    "--output=json",
    "--show-absolute-path",
    "--no-color-output",
)
_LIMITS = Limits(memory_mb=2048, address_mb=6144, processes=32, tmp_mb=64, wall_s=300.0)
_OUTPUT = 16 << 20


def mypy_version() -> str:
    """``mypy 2.4.1``, as locked."""
    return locked_version("mypy", _REQUIREMENTS)


def mypy(
    files: Iterable[str],
    layout: Layout,
    *,
    folder: Path,
    state_dir: Path,
    env: Mapping[str, str] | None = None,
    kind: Kind = "auto",
) -> Tool:
    """Checks these files of the submission, and writes a line of JSON for each error: status 0 for none, 1 for some.
    Any other status says that the project does not load, or that mypy cannot go on.

    ``folder`` is where its configuration is written, ``env`` what the settings read; run it with the packages of the
    submission.

    Raises:
        EnvironmentError_: its packages cannot be had.
    """
    path = ":".join(dict.fromkeys((_ROOT, *(f"{_ROOT}/{source}".removesuffix("/.") for source in layout.sources))))
    ini, names = folder / "mypy.ini", folder / "mypy-files.txt"
    text = (CONFIGURATION / "mypy.ini").read_text("utf-8")
    ini.write_text(text.format(path=path, settings=layout.settings), "utf-8")
    names.write_text("".join(f"{_ROOT}/{name}\n" for name in files), "utf-8")
    for written in (ini, names):
        written.chmod(0o644)
    site = tool_site(_REQUIREMENTS, what="mypy", cache=state_dir / "environments", kind=kind)
    mounts = (Mount(site, _SITE), Mount(ini, _INI), Mount(names, _NAMES))
    given = {**(env or {}), "DJANGO_SETTINGS_MODULE": layout.settings}
    if layout.configuration:
        given["DJANGO_CONFIGURATION"] = layout.configuration
    argv = ("-c", _RUN, _SITE, _INI, _NAMES, _ROOT, *_OPTIONS)
    launch = Launch(argv, given, mounts, _LIMITS, sources=layout.sources, output_limit=_OUTPUT)
    return Tool("mypy", launch, runs_code=True)
