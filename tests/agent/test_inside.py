"""What runs beside learner code: one read-only folder with bytecode, by names that no project has, without globals."""

import ast
import importlib
import importlib.util
import os
import re
import shutil
import socket
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.agent.client import AgentClient
from grader.agent.inside.ahead import PACKAGES
from grader.agent.mount import INSIDE, PROGRAM, bytecode_made, bytecode_of, inside_mount
from grader.agent.raised import Raised
from grader.environment import prepare
from grader.sandbox.api import FIRST_FD, Launch, Limits, Mount, Process
from grader.sandbox.bubblewrap import Bubblewrap
from grader.stage.sqlite.witness import receive_folder

FOLDER = inside_mount().source
MODULES = sorted(path.stem for path in FOLDER.glob("*.py"))
IMMUTABLE = (
    *(type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.MappingProxyType, re.Pattern),
    *(str, int, float, bool, bytes, frozenset, type(None)),
)
LONGEST = 250
REFERENCE = Path(__file__).parents[2] / "capstone" / "reference"
LOOK = """
import sys
NAMES = [name for name, module in sys.modules.items() if "/grader/" in str(getattr(module, "__file__", ""))]
"""
Started = Callable[..., AgentClient]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Starts an agent of some folder beside a project of some files; ``SandboxError`` where it does not start."""
    sandbox, processes = Bubblewrap(), list[Process]()

    def start(
        files: dict[str, str],
        folder: Path = FOLDER,
        writable: bool = False,
        deps: Path | None = None,
        sources: tuple[str, ...] = (),
    ) -> AgentClient:
        project = tmp_path / "project"
        project.mkdir(mode=0o755)
        for name, text in files.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        ours, theirs = socket.socketpair()
        mounts = (Mount(folder, INSIDE, writable),)
        launch = Launch(
            (PROGRAM, str(FIRST_FD)),
            mounts=mounts,
            limits=Limits(wall_s=60),
            pass_fds=(theirs.fileno(),),
            sources=sources,
        )
        with theirs:
            processes.append(sandbox.start(launch, submission=project, deps=deps))
        receive_folder(ours).close()
        return AgentClient(ours)

    yield start
    for process in processes:
        process.kill()
    sandbox.close()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The folder without bytecode, where it may be changed."""
    copied = tmp_path / "inside"
    shutil.copytree(FOLDER, copied, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path, copied):
        path.chmod(0o755)
    return copied


def mutable(module: types.ModuleType) -> list[str]:
    """The names at a module's top that hold what can be changed, or that a function may bind anew."""
    found = [
        name
        for name, value in vars(module).items()
        if not name.startswith("__")
        and not isinstance(value, IMMUTABLE)
        and not (isinstance(value, tuple) and all(isinstance(one, IMMUTABLE) for one in value))
        and type(value).__module__ != "__future__"
    ]
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    return found + [name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_no_state(name: str) -> None:
    assert mutable(importlib.import_module(f"grader.agent.inside.{name}")) == []


@pytest.mark.parametrize(
    "text", ["OPS = {}", "AGENT = object()", "AGENT = None\ndef main():\n    global AGENT", "A = ([],)"]
)
def test_state_in_a_module_would_be_seen(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.py"
    path.write_text(f"{text}\n")
    spec = importlib.util.spec_from_file_location("state", path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(module := importlib.util.module_from_spec(spec))
    assert mutable(module)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short_and_typed(name: str) -> None:
    """Typed as the rest of the package: ``make lint`` runs mypy, and no line here keeps it away from a whole file."""
    lines = (FOLDER / f"{name}.py").read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST
    assert not [line for line in lines if line.startswith("# mypy:")]


def test_a_project_has_its_own_modules_whatever_their_names(started: Started) -> None:
    names = [
        *(name for name in MODULES if name.isidentifier() and name[:2] != "__"),
        "grader",
        "agent",
        "inside",
        "state",
    ]
    files = {f"{name}.py": f"WHO = 'the {name} of the project'\n" for name in (*names, "grader-inside")}
    files["inside/__init__.py"] = files.pop("inside.py")
    agent = started(files)
    for name in (*names, "channel"):
        assert agent.ask("evaluate", within_s=20, root=f"{name}:WHO", steps=[]) == f"the {name} of the project"


def test_several_questions_are_answered_in_order_until_one_raises(started: Started) -> None:
    note = "SEEN = []\ndef note(what):\n    SEEN.append(what)\n    return len(SEEN)\n"
    note += "def fail():\n    raise ValueError('no')\n"
    agent = started({"look.py": note})
    calls = [["look:note", [["call", [word], {}]]] for word in ("a", "b")]
    assert agent.ask("batch", within_s=20, programs=calls) == [1, 2]
    with pytest.raises(Raised, match="ValueError"):
        agent.ask("batch", within_s=20, programs=[calls[0], ["look:fail", [["call", [], {}]]], calls[1]])
    assert agent.ask("evaluate", within_s=20, root="look:SEEN", steps=[]) == ["a", "b", "a"]


def test_no_import_statement_leads_to_the_agent(started: Started) -> None:
    agent = started({"look.py": LOOK})
    names = agent.ask("evaluate", within_s=20, root="look:NAMES", steps=[])
    assert len(names) > 5
    assert not [name for name in names if name != "__main__" and all(part.isidentifier() for part in name.split("."))]


@pytest.mark.parametrize("writable", [False, True])
def test_what_is_mounted_cannot_be_written(started: Started, copy: Path, writable: bool) -> None:
    """Not even where the file's own mode allows it, as the control shows: only the mount is in the way."""
    assert not inside_mount().writable
    copy.chmod(0o777)
    (copy / "checks.py").chmod(0o666)
    write = f"def write():\n    with open('{INSIDE}/checks.py', 'a'):\n        return 'written'\n"
    agent = started({"look.py": write}, copy, writable)
    try:
        answer = agent.ask("evaluate", within_s=20, root="look:write", steps=[["call", [], {}]])
    except Raised as error:
        answer = error.type
    assert answer == ("written" if writable else "OSError")


def unreadable(folder: Path) -> None:
    """Makes every module but the first something that is no Python, of the same size and time."""
    for path in folder.glob("*.py"):
        if path.name != "__main__.py":
            status = path.stat()
            path.write_text("(" * status.st_size)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_nothing_is_compiled_in_a_sandbox(started: Started, copy: Path) -> None:
    """It starts though no source can be compiled. Without the bytecode it does not: that is the control."""
    umask = os.umask(0o077)
    try:
        bytecode_made(copy)
    finally:
        os.umask(umask)
    unreadable(copy)
    assert started({"look.py": "WHO = 1\n"}, copy).ask("evaluate", within_s=20, root="look:WHO", steps=[]) == 1
    shutil.rmtree(copy / "__pycache__")
    shutil.rmtree(copy.parent / "project")
    with pytest.raises(Exception, match="did not start"):
        started({}, copy)


def test_bytecode_follows_its_source(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(copy.parent / "elsewhere"))
    bytecode_made(copy)
    made = bytecode_of(copy / "checks.py")
    before = made.read_bytes(), made.stat().st_mtime_ns
    bytecode_made.cache_clear()
    bytecode_made(copy)
    assert (made.read_bytes(), made.stat().st_mtime_ns) == before
    (copy / "checks.py").write_text("X = 1\n")
    bytecode_made.cache_clear()
    bytecode_made(copy)
    assert made.read_bytes() != before[0]


def test_a_package_that_cannot_be_written_is_used_as_it_is(copy: Path) -> None:
    (copy / "__pycache__").write_text("in the way")
    assert bytecode_made(copy) == copy


@pytest.fixture(scope="session")
def django(usual_state_dir: Path) -> Path:
    """The folder of the reference application's packages."""
    cache = usual_state_dir / "environments"
    return prepare(REFERENCE, course_lock=REFERENCE, cache=cache, progress=lambda text: None).site


def test_what_is_loaded_ahead_reads_no_setting_and_nothing_of_the_project(started: Started, django: Path) -> None:
    """Every package that is named can be had by itself; settings are read when the project is there, not before."""
    client = started({"src/sqlparse/__init__.py": "raise SystemExit"}, deps=django, sources=("src",))
    found = client.ask("preload", within_s=30)
    assert found == list(PACKAGES)
    assert client.ask("evaluate", root="django.conf:settings.configured", steps=[], within_s=9) is False
    assert client.ask("evaluate", root="django.apps:apps.ready", steps=[], within_s=9) is False


def test_it_is_noted_of_which_files_code_runs(started: Started) -> None:
    client = started({"one.py": "def one():\n    return 1\n", "two.py": "def two():\n    return 2\n"})
    client.ask("evaluate", root="one:one", steps=[["call", [], {}]], within_s=9)
    client.ask("note", within_s=9)
    for _ in range(2):
        client.ask("evaluate", root="one:one", steps=[["call", [], {}]], within_s=9)
        client.ask("evaluate", root="one:one", steps=[["call", [], {}]], within_s=9)
        assert client.ask("noted", within_s=9) == ["one.py"]
    client.ask("evaluate", root="two:two", steps=[], within_s=9)
    assert client.ask("noted", within_s=9) == ["two.py"], "as it is imported"
    assert client.ask("noted", within_s=9) == []


def test_whoever_copies_all_variables_names_none_of_them(started: Started, django: Path) -> None:
    settings = """
import os

ALL = {**os.environ}
LOWER = {name.lower(): value for name, value in os.environ.items()}
FOUND = [os.environ[name] for name in os.environ if name.startswith("OTHER")]
COPY = os.environ.copy()
NAMED = os.environ.get("NAMED", "")
MISSING = "MISSING" in os.environ
"""
    client = started({"conf.py": settings}, deps=django)
    env = {"NAMED": "1", "OTHER": "2"}
    client.ask("setup", settings="conf", env=env, trace=True, within_s=30)
    assert client.ask("environ", within_s=9) == [("NAMED", "conf.py", 8), ("MISSING", "conf.py", 9)]
    assert client.ask("evaluate", root="conf:FOUND", steps=[], within_s=9) == ["2"]
