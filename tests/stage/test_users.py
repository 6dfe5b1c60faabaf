"""Users of every role in a database that is served: of the course's own project, and of one that is otherwise."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.layout import COURSE, Layout
from grader.environment import prepare
from grader.stage import program, users
from grader.stage.places import MIGRATED
from grader.stage.spec import StageSpec
from grader.stage.stage import Stage
from grader.stage.users import NoUsers, User, create_users, log_in, serve_inhabited
from tests.gates.conftest import spec_of, write
from tests.stage.small import FILES, LAYOUT

REFERENCE = Path(__file__).parents[2] / "capstone" / "reference"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def spec(state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> StageSpec:
    deps = prepare(REFERENCE, course_lock=REFERENCE, cache=state_dir / "environments", progress=lambda _: None).site
    root = tmp_path_factory.mktemp("small")
    write(root, FILES)
    return spec_of(root, state_dir, deps=deps, layout=Layout().overridden(LAYOUT))


@pytest.fixture(scope="module")
def stage(spec: StageSpec) -> Iterator[Stage]:
    stage = Stage(spec)
    yield stage
    stage.close()


def relayed(stage: Stage, values: Mapping[str, object]) -> Stage:
    """The same stage, of a project that says this of itself."""
    stage.spec = replace(stage.spec, layout=Layout().overridden({**LAYOUT, **values}))
    return stage


@pytest.mark.slow
def test_a_project_without_roles_has_a_user_and_one_who_may_do_everything(stage: Stage) -> None:
    with ExitStack() as stack:
        there = serve_inhabited(relayed(stage, {}), stack)
        said = {
            role: json.loads(there.server.get("/me/", log_in(there.server, u)).text) for role, u in there.users.items()
        }
        assert {role: (me["name"], me["staff"]) for role, me in said.items()} == {
            "user": (there.users["user"].username, False),
            "admin": (there.users["admin"].username, True),
        }
        assert json.loads(there.server.get("/me/", users.HTTPS).text)["name"] == ""
        # A change by session needs the token of forms, and the headers have it.
        sent = json.dumps({"username": there.users["user"].username, "password": "wrong"}).encode()
        assert there.server.request("POST", "/me/", {**log_in(there.server, there.users["user"])}).status_code == 200
        assert (
            there.server.request("POST", "/me/", {"Cookie": there.users["user"].session["Cookie"]}).status_code == 403
        )
        assert there.server.request("POST", "/login/", JSON, sent).status_code == 401
        assert log_in(there.server, there.users["user"], "/login/")["Authorization"] == "Bearer a.b.c"


@pytest.mark.slow
def test_a_project_brings_its_own_way(stage: Stage) -> None:
    layout = {"users": "people:make", "roles": ["customer", "keeper"]}
    with ExitStack() as stack:
        there = serve_inhabited(relayed(stage, layout), stack)
        for role, user in there.users.items():
            assert json.loads(there.server.get("/me/", log_in(there.server, user)).text)["groups"] == [role]


@pytest.mark.slow
@pytest.mark.parametrize("function", ["people:refuse", "people:lie", "people:none", "nothing:make", "people:wait"])
def test_a_project_that_makes_nobody(stage: Stage, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "WITHIN_S", 5.0)
    relayed(stage, {"users": function}).main.ready("postgres")
    with ExitStack() as stack:
        database = stack.enter_context(stage.services.postgres_databases.copy(MIGRATED))
        with pytest.raises(NoUsers, match=function) as none:
            create_users(stage, database)
    assert none.value.late is (function == "people:wait")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{}",
        "[1]",
        "[" * 100_000,
        '[{"who": 1, "name": "a", "session": {}}]',
        '[{"who": "user", "name": "a\\r\\nX: 1", "session": {}}]',
        '[{"who": "user", "name": "' + "a" * 200 + '", "session": {}}]',
    ],
)
def test_what_a_project_says_of_its_users_is_data(said: str) -> None:
    assert users._read(said) is None


@pytest.mark.parametrize(
    "change", [{"value": "a; b=c"}, {"value": 5}, {"header": "X\r\nY"}, {"cookie": ""}, {"csrf": None}]
)
def test_a_session_that_cannot_stand_in_a_header_is_none(change: dict[str, object]) -> None:
    right: dict[str, object] = {"cookie": "sessionid", "csrf": "csrftoken", "header": "X-CSRFToken", "value": "abc"}
    entry = {"who": "user", "name": "ann", "session": right}
    assert users._read("noise\n" + json.dumps([entry])) == {"user": ("ann", right)}
    assert users._read(json.dumps([{**entry, "session": {**right, **change}}])) == {"user": ("ann", {})}


def test_headers_of_a_session_are_those_of_a_browser() -> None:
    made = users._headers({"cookie": "s", "value": "1", "csrf": "c", "header": "X-C"}, "tok")
    assert made == {
        **users.HTTPS,
        "Cookie": "s=1; c=tok",
        "X-C": "tok",
        "Referer": "https://localhost/",
    }
    assert users._headers({}, "tok") == {}


def test_the_course_has_its_roles_and_its_door() -> None:
    assert COURSE.roles == ("reader", "contributor", "editor", "admin")
    assert (COURSE.login, COURSE.users) == ("/api/v1/auth/login/", "")
    assert User("reader", "ann", "pw", {}).session == {}
