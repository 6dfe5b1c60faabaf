"""The server that checks share: everything behind it is put back, whatever a check or the project did to it."""

import json
import math
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from grader.agent.client import AgentFault
from grader.checkpoint.kit.ageing import age, count_own_rows
from grader.course import load_course, project_to
from grader.domain.course import State
from grader.environment import prepare
from grader.stage import standing as standing_server
from grader.stage.database import Database
from grader.stage.people import Place
from grader.stage.project import Broken
from grader.stage.spec import StageSpec
from grader.stage.stage import Stage
from grader.stage.standing import SERVING, StandingServer
from grader.stage.users import HTTPS
from tests.gates.conftest import spec_of

COURSE = Path(__file__).parents[2]
REFERENCE = COURSE / "capstone" / "reference"
JSON = {"Content-Type": "application/json"}
pytestmark = pytest.mark.slow(minutes=1)


@pytest.fixture(scope="module")
def spec(state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> StageSpec:
    deps = prepare(REFERENCE, course_lock=REFERENCE, cache=state_dir / "environments", progress=lambda _: None).site
    folder = tmp_path_factory.mktemp("standing")
    folder.chmod(0o711)
    root = project_to(load_course(COURSE), State(3, True), folder / "project")
    return spec_of(root, state_dir, deps=deps)


@pytest.fixture(scope="module")
def stage(spec: StageSpec) -> Iterator[Stage]:
    stage = Stage(spec)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def standing(stage: Stage) -> StandingServer:
    return StandingServer(stage)


def observer(stage: Stage, place: Place, stack: ExitStack) -> Database:
    databases = stage.services.postgres_databases
    return stack.enter_context(databases.observer(lambda: place.database, deadline=math.inf, public=True))


def write_post(place: Place, who: str = "contributor") -> int:
    body = json.dumps({"title": "Hello"}).encode()
    # A server that has just begun loads the project first, and a busy machine takes its time for that.
    headers = {**place.people[who].session, **JSON}
    answer = place.server.request("POST", "/api/v1/posts/", headers, body, timeout_s=60.0)
    assert answer.status_code == 201, answer.text
    return int(json.loads(answer.text)["id"])


def test_what_a_check_wrote_is_not_there_in_the_next(stage: Stage, standing: StandingServer) -> None:
    place = standing.shared()
    first = write_post(place)
    with closing(stage.services.redis_server.admin()) as redis, ExitStack() as stack:
        db = observer(stage, place, stack)
        db.update("accounts_user", {"role": "reader"}, id=place.people["contributor"].id)
        redis.set("left", "behind")
        again = standing.shared()
        assert again is place, "the same server"
        assert db.count("posts_post") == 0
        assert db.one("accounts_user", "role", id=place.people["contributor"].id)["role"] == "contributor"
        assert redis.get("left") is None
        assert write_post(again) > first, "no number comes twice"
        assert standing.shared() is place


def test_who_the_people_are(standing: StandingServer) -> None:
    place = standing.shared()
    assert {name: person.role for name, person in place.people.items() if name in ("editor2", "demoted")} == {
        "editor2": "editor",
        "demoted": "reader",
    }
    for name, status in (("reader2", 200), ("demoted", 200), ("inactive", 401)):
        assert place.server.get("/api/v1/users/me/", place.people[name].session).status_code == status
    assert place.server.get("/api/v1/users/me/", HTTPS).status_code == 401


def test_a_public_check_asks_a_server_that_no_hidden_one_has_asked(standing: StandingServer) -> None:
    """What it remembers could stand in what a public check shows."""
    place = standing.shared(public=True)
    assert standing.shared(public=True) is place
    assert standing.shared(public=False) is place
    fresh = standing.shared(public=True)
    assert fresh is not place
    assert fresh.database != place.database
    assert standing.shared(public=True) is fresh


FORBIDS = """CREATE OR REPLACE FUNCTION public.forbid() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''nothing is deleted here''; END'"""
TRIGGER = "CREATE TRIGGER keep BEFORE DELETE ON public.posts_post FOR EACH ROW EXECUTE FUNCTION public.forbid()"


def test_triggers_that_forbid_deletions_keep_nothing(stage: Stage, standing: StandingServer) -> None:
    place = standing.shared()
    with ExitStack() as stack:
        db = observer(stage, place, stack)
        db.execute(FORBIDS), db.execute(TRIGGER)
        write_post(place)
        assert standing.shared() is place
        assert db.count("posts_post") == 0
        # The control: one that always fires does keep the row, so that another server takes the place of this one.
        write_post(place)
        db.execute("ALTER TABLE public.posts_post ENABLE ALWAYS TRIGGER keep")
        assert db.count("posts_post") == 1
    fresh = standing.shared()
    assert fresh is not place
    with ExitStack() as stack:
        assert observer(stage, fresh, stack).count("posts_post") == 0


@pytest.mark.parametrize("what", ["the row stays", "another row comes"])
def test_rows_that_are_put_back_are_looked_at(stage: Stage, standing: StandingServer, what: str) -> None:
    """A trigger that always fires can pass over what is written, and say nothing."""
    place = standing.shared()
    says = "NULL" if what == "the row stays" else "NEW"
    event, table = ("DELETE", "posts_post") if what == "the row stays" else ("INSERT", "accounts_user")
    alter = "" if what == "the row stays" else "NEW.role := 'admin'; "
    with ExitStack() as stack:
        db = observer(stage, place, stack)
        write_post(place)
        db.update("accounts_user", {"role": "reader"}, id=place.people["contributor"].id)
        db.execute(
            f"CREATE FUNCTION public.pass_over() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {alter.replace("'", "''")}"
            f"RETURN {says}; END'"
        )
        on = f"{event} ON public.{table}"
        db.execute(f"CREATE TRIGGER pass_over BEFORE {on} FOR EACH ROW EXECUTE FUNCTION public.pass_over()")
        db.execute(f"ALTER TABLE public.{table} ENABLE ALWAYS TRIGGER pass_over")
    fresh = standing.shared()
    assert fresh is not place
    with ExitStack() as stack:
        db = observer(stage, fresh, stack)
        assert db.count("posts_post") == 0
        assert db.one("accounts_user", "role", id=fresh.people["contributor"].id)["role"] == "contributor"


def test_rows_are_put_back_with_no_more_rights_than_the_project_has(stage: Stage, standing: StandingServer) -> None:
    place = standing.shared()
    with ExitStack() as stack:
        db = observer(stage, place, stack)
        db.execute("CREATE TABLE public.witness (who text, super boolean)")
        db.execute(
            """CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.witness
            SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user; RETURN OLD; END'"""
        )
        db.execute("CREATE TRIGGER tell BEFORE DELETE ON public.posts_post FOR EACH ROW EXECUTE FUNCTION public.tell()")
        db.execute("ALTER TABLE public.posts_post ENABLE ALWAYS TRIGGER tell")
        write_post(place)
        standing.shared()
        assert [(row["who"], row["super"]) for row in db.rows("witness")] == [("learner", False)]
    standing.spoil()


@pytest.mark.parametrize(
    "what", ["killed", "redis restarted", "spoiled", "a table gone", "more rows than are put back"]
)
def test_another_server_takes_its_place(stage: Stage, standing: StandingServer, what: str) -> None:
    place = standing.shared()
    match what:
        case "killed":
            stage.services.kill(place.server.process)
        case "redis restarted":
            stage.services.redis.down()
            stage.services.redis.up()
        case "spoiled":
            standing.spoil()
        case _:
            with ExitStack() as stack:
                many = "INSERT INTO public.posts_tag (name, slug, created_at, updated_at) SELECT 'n' || i, 's' || i, "
                many += "now(), now() FROM pg_catalog.generate_series(1, 5000) AS g (i)"
                gone = "DROP TABLE public.comments_comment CASCADE"
                observer(stage, place, stack).execute(gone if what == "a table gone" else many)
    fresh = standing.shared()
    assert fresh is not place
    write_post(fresh)


def test_a_server_of_ones_own(stage: Stage, standing: StandingServer) -> None:
    with ExitStack() as stack:
        own = standing.own(stack, env={"THROTTLE_BURST": "2/minute"})
        who = own.people["reader"].session
        assert [own.server.get("/api/v1/tags/", who).status_code for _ in range(3)] == [200, 200, 429]
        db = observer(stage, own, stack)
        write_post(own)
        assert db.count("posts_post") == 1
    shared = standing.shared()
    assert [shared.server.get("/api/v1/tags/", shared.people["reader"].session).status_code for _ in range(3)] == [
        200
    ] * 3


def test_a_server_that_dies_leaves_its_database_to_the_next(stage: Stage, standing: StandingServer) -> None:
    with ExitStack() as stack:
        own = standing.own(stack)
        write_post(own)
        after = standing.restart(stack, own)
        assert own.server.process.poll() is not None
        write_post(after)
        assert observer(stage, after, stack).count("posts_post") == 2


def test_what_a_project_remembers_grows_old(stage: Stage, standing: StandingServer) -> None:
    place, moment = standing.shared(), datetime(2026, 1, 1, tzinfo=UTC)
    write_post(place)
    with ExitStack() as stack, closing(stage.services.redis_server.admin()) as redis:
        db = observer(stage, place, stack)
        written = db.one("posts_post", "created_at")
        kept = {"user_id": place.people["reader"].id, "key": "k", "fingerprint": "f", "claim": uuid4()}
        db.insert("api_idempotencykey", **kept, claimed_at=moment, body="", location="")
        redis.set("lives", "100 s", ex=100)
        redis.set("lives on", "for ever")
        age(stage, db, 60)
        assert db.one("api_idempotencykey", "claimed_at")["claimed_at"] == moment - timedelta(seconds=60)
        assert 30 < redis.ttl("lives") <= 40
        assert redis.ttl("lives on") == -1
        assert db.one("posts_post", "created_at") == written
        assert count_own_rows(db) == 1


def test_patience_ends(stage: Stage) -> None:
    impatient = StandingServer(stage)
    impatient.lose(standing_server.PATIENCE_S + 1)
    with pytest.raises(AgentFault, match="without an answer for 121 s"):
        impatient.shared()
    assert impatient.is_out_of_patience


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("src/config/settings/production.py", '+\nraise ValueError("no such key")\n', "no such key"),
        ("src/config/wsgi.py", "import nothing_of_the_kind\n", "nothing_of_the_kind"),
    ],
)
def test_a_project_that_cannot_be_served(spec: StageSpec, tmp_path: Path, file: str, text: str, said: str) -> None:
    tmp_path.chmod(0o711)
    root = project_to(load_course(COURSE), State(3, True), tmp_path / "project")
    before = (root / file).read_text() if text.startswith("+") else ""
    (root / file).write_text(before + text.removeprefix("+"))
    stage = Stage(replace(spec, submission=root))
    try:
        broken = StandingServer(stage)
        for _ in range(2):
            with pytest.raises(Broken) as told:
                broken.shared()
        assert told.value.doing == SERVING
        assert said in str(told.value.cause)
    finally:
        stage.close()
