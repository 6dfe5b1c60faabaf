"""The fixtures of the kit. What each does is in the docstring of ``grader.checkpoint``."""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from grader.agent.client import of_type
from grader.checkpoint.app import App, Client
from grader.checkpoint.artefacts import Artefacts
from grader.checkpoint.case import CASE, Case, Line
from grader.checkpoint.commands import Fresh, Load, Manage
from grader.checkpoint.database import Database, Vendor, over_agent
from grader.checkpoint.files import Files
from grader.checkpoint.migrations import Migrations
from grader.checkpoint.queries import Queries, by_log, counting
from grader.checkpoint.rng import Rng, seeded
from grader.checkpoint.serve import Serve
from grader.checkpoint.services import Services
from grader.checkpoint.session import SESSION, Session
from grader.checkpoint.sources import Sources
from grader.checkpoint.spec import Installed
from grader.checkpoint.sqlite import over_witness
from grader.checkpoint.tools import Tools


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """The running check; what it has opened ends with it."""
    case = request.node.stash[CASE]
    with case.stack:
        yield case


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Session:
    """The run."""
    return request.config.stash[SESSION]


@pytest.fixture
def line(case: Case, session: Session) -> Line:
    """The check's line to the project, in a database of its own; what is to be down is down from its first question."""
    line = session.line(case)
    if case.declared.down is not None:
        case.stack.enter_context(session.services.without(case.declared.down))
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


def observed(case: Case, session: Session, line: Line) -> Database:
    """The observer of a line's database: beside the project, wherever what is written is there to be seen."""
    vendor: Vendor = "postgres" if line.place.vendor == "postgres" else "sqlite"
    if line.mode != "fork":
        return Database(over_agent(line.ask), vendor, public=case.public)
    if vendor == "postgres":
        observer = session.services.observer(lambda: line.here().name, ends=line.ends, public=case.public)
        return case.stack.enter_context(observer)
    witnessed = over_witness(session.witness, line.file, lambda: line.ask("disconnect"))
    return Database(witnessed, vendor, public=case.public)


@pytest.fixture
def db(case: Case, session: Session, line: Line) -> Database:
    """This check's own database, seen from beside the project."""
    return observed(case, session, line)


@pytest.fixture
def queries(session: Session, line: Line) -> Callable[[], AbstractContextManager[Queries]]:
    """Counts statements."""
    if line.place.vendor == "postgres" and line.mode == "fork":
        log = session.services.server.log
        return lambda: counting(log.mark, by_log(log.since))
    return lambda: counting(
        lambda: line.ask("capture", on=True),
        lambda _: [of_type(str, sql) for sql in of_type(list, line.ask("capture", on=False))],
    )


@pytest.fixture
def fresh(session: Session) -> Fresh:
    """Processes that have loaded nothing of the project yet."""
    return Fresh(session.bare, session.variant)


@pytest.fixture
def manage(request: pytest.FixtureRequest, fresh: Fresh) -> Manage:
    """Management commands."""
    return Manage(lambda: request.getfixturevalue("line"), fresh)


@pytest.fixture
def load(fresh: Fresh) -> Load:
    """Settings under given variables."""
    return Load(fresh)


@pytest.fixture(params=["sqlite", "postgres"])
def migrations(request: pytest.FixtureRequest, case: Case, session: Session) -> Migrations:
    """The migrations, on each database, from empty."""
    line = session.empty_line(case, request.param)
    rng = functools.partial(seeded, session.spec.seed)
    return Migrations(case, line, observed(case, session, line), session.snapshots, rng)


@pytest.fixture
def services(case: Case, session: Session) -> Services:
    """PostgreSQL and Redis, to take down."""
    return case.stack.enter_context(session.services.restored())


@pytest.fixture
def serve(case: Case, session: Session) -> Serve:
    """The submission as production serves it."""
    return Serve(case, session)


@pytest.fixture
def files(session: Session) -> Files:
    """The submission as data."""
    return Files(session.spec.submission)


@pytest.fixture
def sources(session: Session, files: Files) -> Sources:
    """The submission's Python as data."""
    return Sources(session.witness, files)


@pytest.fixture
def tools(session: Session, files: Files) -> Tools:
    """Programs that look at the submission."""
    return Tools(session, files)


@pytest.fixture
def environment(session: Session) -> Installed:
    """Where the packages come from: ``origin`` is ``submission`` or ``course``, ``problems`` say why."""
    return session.spec.installed


@pytest.fixture
def artefact(case: Case, session: Session) -> Artefacts:
    """Something for a person to look at."""
    return Artefacts(case, session.spec.folder)
