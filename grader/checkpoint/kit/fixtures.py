"""The fixtures of the kit. What each does is in the docstring of ``grader.checkpoint``."""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from grader.agent.client import of_type
from grader.checkpoint.kit.api import Api, ApiWith
from grader.checkpoint.kit.app import App, Client
from grader.checkpoint.kit.artefacts import Artefacts
from grader.checkpoint.kit.case import CASE, SPEC, STAGE, STANDING, Case
from grader.checkpoint.kit.commands import Fresh, Load, Manage
from grader.checkpoint.kit.files import Files
from grader.checkpoint.kit.lines import empty_line, migrated_line
from grader.checkpoint.kit.migrations import Migrations
from grader.checkpoint.kit.platform import Platforms
from grader.checkpoint.kit.queries import Queries, by_log, counting
from grader.checkpoint.kit.rng import Rng, seeded
from grader.checkpoint.kit.rows import Rows
from grader.checkpoint.kit.serve import Serve
from grader.checkpoint.kit.sources import Sources
from grader.checkpoint.kit.statements import agent_statements
from grader.checkpoint.kit.tools import Tools
from grader.checkpoint.spec import Installed, RunSpec
from grader.stage.database import Database, Vendor
from grader.stage.line import Line
from grader.stage.services import Services
from grader.stage.sqlite.witness import witnessed_statements
from grader.stage.stage import Stage
from grader.stage.standing import StandingServer

SERVED = "api"


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """The running check; what it has opened ends with it."""
    case = request.node.stash[CASE]
    with case.stack:
        yield case


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Stage:
    """What the run has started of the project."""
    return request.config.stash[STAGE]


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> RunSpec:
    """The specification of the run."""
    return request.config.stash[SPEC]


@pytest.fixture
def standing(request: pytest.FixtureRequest) -> StandingServer:
    """The server that the checks of this process share."""
    return request.config.stash[STANDING]


@pytest.fixture
def api(case: Case, stage: Stage, standing: StandingServer) -> Api:
    """The shared server, everything behind it as it was at the start."""
    return Api(case, stage, standing.shared(public=case.public), standing)


@pytest.fixture
def api_with(case: Case, stage: Stage, standing: StandingServer) -> ApiWith:
    """Servers of the check's own."""
    return ApiWith(case, stage, standing)


@pytest.fixture
def platform(case: Case, stage: Stage, standing: StandingServer) -> Platforms:
    """Deployments of the check's own, with workers and what they send to."""
    return Platforms(case, stage, standing)


@pytest.fixture
def rows(api: Api) -> Rows:
    """Rows in the database of the shared server."""
    return api.rows


@pytest.fixture
def line(request: pytest.FixtureRequest, case: Case, stage: Stage) -> Line:
    """The check's line to the project, in a database of its own; what is to be down is down from its first question.

    Of a check that takes ``api`` it is the database that is served.
    """
    if SERVED in request.fixturenames:
        served: Api = request.getfixturevalue(SERVED)
        return served.line
    line = migrated_line(stage, case)
    if case.declared.down is not None:
        case.stack.enter_context(stage.services.without(case.declared.down))
    return line


@pytest.fixture
def rng(case: Case) -> Rng:
    """Random inputs of this check."""
    return case.rng


@pytest.fixture
def app(line: Line) -> App:
    """The learner's project."""
    return App(line)


@pytest.fixture
def client(line: Line) -> Client:
    """Django's test client."""
    return Client(line)


def observed(case: Case, stage: Stage, line: Line) -> Database:
    """The observer of a line's database: beside the project, wherever what is written is there to be seen."""
    vendor: Vendor = "postgres" if line.place.vendor == "postgres" else "sqlite"
    if line.mode != "fork":
        return Database(agent_statements(line.ask), vendor, public=case.public)
    if vendor == "postgres":
        observer = stage.services.postgres_databases.observer(
            line.postgres_database, deadline=line.deadline, public=case.public
        )
        return case.stack.enter_context(observer)
    execute = witnessed_statements(stage.witness, line.sqlite_file, lambda: line.ask("disconnect"))
    return Database(execute, vendor, public=case.public)


@pytest.fixture
def db(request: pytest.FixtureRequest, case: Case, stage: Stage, line: Line) -> Database:
    """This check's own database, or that of the shared server, seen from beside the project."""
    if SERVED in request.fixturenames:
        served: Api = request.getfixturevalue(SERVED)
        return served.db
    return observed(case, stage, line)


@pytest.fixture
def queries(stage: Stage, line: Line) -> Callable[[], AbstractContextManager[Queries]]:
    """Counts statements."""
    if line.place.vendor == "postgres" and line.mode == "fork":
        log = stage.services.postgres_server.log
        return lambda: counting(log.mark, by_log(log.since))
    return lambda: counting(
        lambda: line.ask("capture", on=True),
        lambda _: [of_type(str, sql) for sql in of_type(list, line.ask("capture", on=False))],
    )


@pytest.fixture
def fresh(stage: Stage) -> Fresh:
    """Processes that have loaded nothing of the project yet."""
    return Fresh(stage.bare, stage.variant, stage.spec.layout.manage)


@pytest.fixture
def manage(request: pytest.FixtureRequest, case: Case, fresh: Fresh) -> Manage:
    """Management commands."""
    return Manage(lambda: request.getfixturevalue("line"), fresh, case.note_command)


@pytest.fixture
def load(fresh: Fresh) -> Load:
    """Settings under given variables."""
    return Load(fresh)


@pytest.fixture(params=["sqlite", "postgres"])
def migrations(request: pytest.FixtureRequest, case: Case, stage: Stage, spec: RunSpec) -> Migrations:
    """The migrations, on each database, from empty."""
    line = empty_line(stage, case, request.param)
    rng = functools.partial(seeded, spec.seed)
    return Migrations(case, line, observed(case, stage, line), stage.databases, rng)


@pytest.fixture
def services(case: Case, stage: Stage) -> Services:
    """PostgreSQL and Redis, to take down."""
    return case.stack.enter_context(stage.services.restored())


@pytest.fixture
def serve(case: Case, stage: Stage) -> Serve:
    """The submission as production serves it."""
    return Serve(case, stage)


@pytest.fixture
def files(stage: Stage) -> Files:
    """The submission as data."""
    return Files(stage.spec.submission)


@pytest.fixture
def sources(stage: Stage, files: Files) -> Sources:
    """The submission's Python as data."""
    return Sources(stage.witness, files)


@pytest.fixture
def tools(case: Case, stage: Stage, files: Files) -> Tools:
    """Programs that look at the submission."""
    return Tools(stage, files, case.note_command)


@pytest.fixture
def environment(spec: RunSpec) -> Installed:
    """Where the packages come from: ``origin`` is ``submission`` or ``course``, ``problems`` say why."""
    return spec.installed


@pytest.fixture
def artefact(case: Case, stage: Stage) -> Artefacts:
    """Something for a person to look at."""
    return Artefacts(case, stage.spec.folder)
