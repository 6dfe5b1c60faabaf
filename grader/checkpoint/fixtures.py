"""The fixtures of the kit. What each does is in the docstring of ``grader.checkpoint``."""

from collections.abc import Iterator

import pytest

from grader.checkpoint.app import App, Client
from grader.checkpoint.case import Case, Line
from grader.checkpoint.rng import Rng
from grader.checkpoint.session import Session


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """The running check; what it has opened ends with it."""
    from grader.checkpoint.plugin import CASE

    case = request.node.stash[CASE]
    with case.stack:
        yield case


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Session:
    """The run."""
    from grader.checkpoint.plugin import SESSION

    return request.config.stash[SESSION]


@pytest.fixture
def line(case: Case, session: Session) -> Line:
    """The check's line to the project, in a database of its own."""
    database = session.database_for(case)
    return case.line(session.project(case.kind), database=database, template=True)


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
