"""What is measured, on the course's own solution of module 02."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Literal
from unittest.mock import patch

from benchmarks import reading
from grader.agent.client import AgentClient
from grader.checkpoint.run import processes
from grader.checkpoint.run.runner import CheckRun, run_checks
from grader.checkpoint.spec import RunSpec
from grader.cli import options
from grader.course import assign, build_solution, load_course
from grader.domain.status import Status
from grader.environment import prepare
from grader.environment.pin import Pin, put_aside
from grader.gates import subjects
from grader.gates.security.gate import static_findings
from grader.gates.security.paths import texts
from grader.gates.subject import Subject
from grader.intake import take_in
from grader.pipeline import Options, grade
from grader.sandbox.select import open_sandbox
from grader.stage.host import MainHost, launch_agent, own_variables
from grader.stage.places import MIGRATED, OnSqlite
from grader.stage.project import Project
from grader.stage.services import Services
from grader.stage.spec import StageSpec
from grader.stage.sqlite.files import SqliteFiles
from grader.stage.sqlite.witness import Witness, receive_folder
from grader.tools.scanners import scan

ROOT = Path(__file__).parents[1]
# Criteria whose checks need PostgreSQL, or a process of their own, in any mode: no base line on SQLite could run them.
_APART_SQLITE = (
    "domain.slug-race",
    "domain.timestamps",
    "domain.schema-review",
    "domain.migrations",
    "domain.naming",
    "domain.publish-service",
    "domain.moderation-service",
)
# On PostgreSQL: migrations each from an empty database, and a race of processes, which one process cannot run.
_APART_POSTGRES = ("domain.migrations", "domain.slug-race")


class Bench:
    """The solution, taken in once, with its environment."""

    def __init__(self, room: Path) -> None:
        self.room, self.state, self.cases = room, options.state_dir(), 0
        self.course = load_course(ROOT)
        self.assignment = assign(self.course, 2, room)
        self.solution = build_solution(self.course, 2, room / "solution")
        self.root = take_in(self.solution, into=room / "submission").root
        self.environment = prepare(
            self.root, course_lock=self.assignment.course_lock, cache=self.state / "environments", progress=str
        )

    def _run(self, way: str, database: Literal["sqlite", "postgres"]) -> CheckRun:
        """A run of all that the base line can run, too: one process on SQLite, on PostgreSQL as many as grade."""
        apart = _APART_SQLITE if database == "sqlite" else _APART_POSTGRES
        criteria = tuple(c.id for c in self.assignment.module.criteria if not c.manual and not c.id.startswith(apart))
        return CheckRun(
            module=self.assignment.module,
            checks=(self.assignment.public, *([self.assignment.hidden] if self.assignment.hidden else [])),
            submission=self.root,
            environment=self.environment,
            sandbox="auto",
            database=database,
            mode="fork" if way == "fork" else "savepoint",
            seed=7,
            public_only=False,
            criteria=criteria,
            state_dir=self.state,
            lanes=1 if database == "sqlite" else options.lanes(),
        )

    def checks(self, way: str, database: Literal["sqlite", "postgres"] = "sqlite") -> float:
        """Seconds that the checks take by themselves, each of them passed.

        ``way`` is ``inline`` (the base line), ``savepoint`` or ``fork``. Pytest's start and collection are the same
        for all.
        """
        inline = way == "inline"
        with _as_base_line() if inline else nullcontext():
            began = time.perf_counter()
            evidence = run_checks(self._run(way, database), progress=lambda step: None)
            taken = time.perf_counter() - began
        wrong = [o for o in evidence.observations if o.status is not Status.PASSED]
        assert not wrong, f"{way}: {wrong[0].check} {wrong[0].expected} {wrong[0].observed} {wrong[0].fault[-300:]}"
        self.cases = len(evidence.observations)
        return taken

    def official(self) -> float:
        """Seconds of a whole official grade."""
        began = time.perf_counter()
        choices = Options(self.state, seed=7, lanes=options.lanes())
        result = grade(self.solution, self.assignment, choices, progress=lambda step: None)
        assert result.score == result.max_score
        return time.perf_counter() - began

    def security_scans(self) -> float:
        """Seconds that the security gate takes over the files of the solution, without serving it."""
        with self._subject() as subject:
            began = time.perf_counter()
            list(static_findings(subject, texts(subject.submission, subject.files, ".py")))
            return time.perf_counter() - began

    def bare_scanners(self) -> float:
        """Seconds of bandit and detect-secrets alone, in the same sandbox."""
        with self._subject() as subject:
            scanning = {"sandbox": subject.sandbox, "folder": self.root, "state_dir": self.state}
            began = time.perf_counter()
            scan("bandit", ("-r", "/submission", "-q", "-f", "json"), **scanning)  # type: ignore[arg-type]
            scan("detect_secrets", ("-C", "/submission", "scan", "--all-files"), **scanning)  # type: ignore[arg-type]
            return time.perf_counter() - began

    @contextmanager
    def _subject(self) -> Iterator[Subject]:
        spec = StageSpec(
            submission=self.root,
            deps=self.environment.site,
            sandbox="auto",
            database="postgres",
            mode="fork",
            state_dir=self.state,
            folder=self.room,
        )
        with subjects(spec, 7)("security") as subject:
            yield subject

    def warm_start(self) -> float:
        """Seconds that a check waits for its first answer from the database, where the project has been loaded before.

        A process of its own and a copy of the migrated template are made in that time.
        """
        with ExitStack() as stack:
            sandbox = stack.enter_context(closing(open_sandbox("auto", state_dir=self.state)))
            project = Project(
                MainHost(self._spec(), sandbox, Services(sandbox, self.state, stack)), SqliteFiles(Witness(sandbox))
            )
            stack.callback(project.stop)
            project.ready("sqlite")
            began = time.perf_counter()
            with project.check("fork", OnSqlite(MIGRATED)) as client:
                steps = [["get", "objects"], ["get", "count"], ["call", [], {}]]
                assert client.ask("evaluate", within_s=10, root="posts.Post", steps=steps) == 0
                return time.perf_counter() - began

    def agent_start(self) -> float:
        """Seconds from nothing to the first answer of an agent."""
        told = self._spec()
        sandbox = open_sandbox("auto", state_dir=self.state)
        ours, theirs = socket.socketpair()
        began = time.perf_counter()
        process = launch_agent(sandbox, told, theirs.fileno(), own_variables(), ())
        folder = receive_folder(ours)
        client = AgentClient(ours)
        client.ask("setup", within_s=30, settings=told.layout.settings)
        client.ask("evaluate", within_s=30, root="posts.Post", steps=[["get", "__name__"]])
        taken = time.perf_counter() - began
        process.kill()
        os.close(folder.fd)
        client.close()
        sandbox.close()
        return taken

    def plain_start(self) -> float:
        """Seconds that plain Python takes to load the same project, with no sandbox and nothing of the grader."""
        told = self._spec()
        places = [str(told.deps), str(told.submission / "src"), str(told.submission / "src" / "apps")]
        code = (
            f"import os, sys; sys.path[:0] = {places!r}; import django; django.setup(); from posts.models import Post\n"
            "os._exit(0)"  # the agent answers as soon as it is there, and takes nothing down
        )
        env = own_variables() | {"DJANGO_SETTINGS_MODULE": told.layout.settings}
        began = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-S", "-c", code], env=env, check=True)
        return time.perf_counter() - began

    def _spec(self) -> RunSpec:
        return RunSpec(
            submission=self.root,
            deps=self.environment.site,
            sandbox="auto",
            database="sqlite",
            mode="fork",
            seed=0,
            criteria=(),
            selected=(),
            state_dir=self.state,
            folder=self.room,
            claims=self.room,
            progress_fd=-1,
            life_fd=-1,
        )

    def help(self) -> float:
        """Seconds of ``grader --help``."""
        return _taken([str(Path(sys.executable).with_name("grader")), "--help"])

    def click(self) -> float:
        """Seconds in which Python starts and imports the library that parses the command line."""
        return _taken([sys.executable, "-c", "import click"])

    def read_documents(self) -> float:
        """Seconds to read every document that the checks of module 01 read, in one child, as one grading does."""
        began = time.perf_counter()
        reading.documents()
        return time.perf_counter() - began

    def environment_from_wheels(self) -> float:
        """Seconds to make the environment again from wheels that were fetched before.

        What the round before wrote and removed reaches the disk first: nobody makes one environment after another.
        """
        put_aside(self._own_environment().folder)
        os.sync()
        return self.environment_seen()

    def environment_seen(self) -> float:
        """Seconds to find an environment that was made before."""
        began = time.perf_counter()
        self._own_environment()
        return time.perf_counter() - began

    def _own_environment(self) -> Pin:
        """That in a cache which only measures use: a grading may be using the one in the usual cache."""
        cache = self.state / "benchmarks" / "environments"
        environment = prepare(self.root, course_lock=self.assignment.course_lock, cache=cache, progress=str)
        assert environment.pin is not None
        environment.pin.release()
        return environment.pin


def _taken(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(words, capture_output=True, check=True)
    return time.perf_counter() - began


@contextmanager
def _as_base_line() -> Iterator[None]:
    """Every run in the block has its project in its own pytest processes."""
    kept = (*processes._KEPT_VARIABLES, "PYTHONPATH")
    with (
        patch.object(processes, "command", _inline),
        patch.object(processes, "_KEPT_VARIABLES", kept),
        patch.dict(os.environ, PYTHONPATH=str(ROOT)),
    ):
        yield


def _inline(lane: processes.Lane) -> list[str]:
    """pytest with the base line's plugin; the rest of the run is as it always is."""
    return [*(word for word in _COMMAND(lane) if word != "-I"), "-p", "benchmarks.inline"]


_COMMAND = processes.command


def peak_memory_mb(bench: Bench) -> float:
    """Peak memory of the process that grades, in megabytes: its pytest process counts by itself, sandboxes do not."""
    code = (
        "import resource, sys; from pathlib import Path; from grader.cli.main import grader\n"
        "try: grader.main(sys.argv[1:], standalone_mode=False)\n"
        "finally: print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    out = bench.room / f"out-{secrets.token_hex(2)}"
    words = ["grade", str(bench.solution), "--module", "02", "--out", str(out), "--only", "domain.user-role"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=dict(os.environ),
        check=False,
    )
    return float(done.stdout.rpartition("peak ")[2].split()[0])
