"""The checkpoint kit: what a course author writes checks with. Plain pytest, run by the trusted side.

A check never imports the learner's project. It asks a process in the sandbox for *values* and compares
them here, so nothing that the project does can reach the assertion.

Verbs (``from grader.checkpoint import ...``)
    check(criterion, *, down=None, database=None, seconds=30)
        Ties a test to a criterion. The docstring is required: it is the learner's sentence.
        ``down="redis"`` or ``"postgres"``: that real server is stopped for the length of the check.
        ``database="postgres"``: the check needs PostgreSQL whatever the run uses (races, SQL of its own).
    matrix(criterion, table, **as check)
        The same for a table: the first line names the columns, every other line a row and its cells.
        The test takes the fixture ``cell`` (``cell.row``, ``cell.column``, ``cell.value``: str); every
        cell is a case. Its docstring may use ``{row}``, ``{column}`` and ``{value}``.
    refuses(field=None, *, code=None)
        ``with refuses("body"): post.full_clean()``: the block has to raise a ValidationError on that
        field (``None``: any; ``"__all__"``: on the whole) or the check fails in plain words.
    raises(name)
        ``with raises("PermissionDenied"): ...``: an exception of that class name, or a subclass of it.
    expect(observed, equal_to=..., because="")      strict (``True`` is not ``1``) and worded
    expect_that(holds, expected="...", observed=...)   for anything that ``==`` does not say
    expect_rows(queryset, [post, ...], of="published()", by=("status", "published_at"))   which rows it gives, told by
                these fields of the rows that are too many or missing
    fail(expected=..., observed=..., where=None)    ends the check as failed; ``where`` is "path:line"
    later(callable, *args, **kwargs)                a call for ``app.race``, not made yet
    Factory(app, rng, name=Recipe("app.Model", many=("tags",), field=value or callable(make)))
        ``make.name(**fields)`` saved, ``make.name.build(**fields)`` not saved.
    stored_rows(db)                                 all rows of the five models by kind, to compare before and after
    load_cells(path), PermissionWalk(...)           the cells of permission tables, and who asks them
    make_jwt(claims, key, "HS256", header={...})    a JSON Web Token made by hand, honest or not;
                ``new_claims(claims, exp=1, jti=...)`` changes one and leaves one out; ``read_jwt(text)`` ->
                Jwt(header, claims, is_signed_by(key)); ``rsa_pair()`` -> RsaPair(private_pem, public_pem)
    disagreements(app.describe(), db)               where the models' claims and the tables differ, in words
    Refused, Raised, Failed                         the exceptions behind the verbs

Plain ``assert observed == expected`` works and is preferred: the failing comparison becomes the
observation. The left side is what was observed. For a bare ``assert x`` give a message: it is shown.

Fixtures
    app         the project. ``Post = app.model("posts.Post")``; ``Post.objects.published().count()``;
                ``post = Post(title="x")``; ``post.save()``; ``post.slug``; ``post.title = "y"``;
                ``list(queryset)``, ``len(queryset)``, ``queryset[0]``, ``post in queryset``.
                Every access and call happens at once, as in Django itself; str, int, bool, datetime,
                Decimal, list, tuple, set, dict and None arrive as plain Python values, everything else as a
                reference. Two references are equal when they are the same row (model and pk).
                app.call("posts.services:publish_post", post=post, by=user); app.get("module:name")
                app.race([later(a.save), later(b.save)], atomic=False, meanwhile=None) -> [Outcome(value, raised), ...]
                (a process and a connection each, begun together; ``meanwhile()`` runs on this side; needs
                database="postgres")
                app.describe() -> tuple of ModelFacts (the project's own models), app.settings.NAME,
                app.anonymous()
    client      Django's test client: ``client.get(path, headers={...})``, ``.post(path, json=... or data=...)``,
                ``client.login(user)``; ``response.status_code``, ``.headers``, ``.text``, ``.json()``
    db          observer of this check's own database, beside the project: ``db.rows(table, "a", "b", id=3)``
                -> list of dicts; ``db.one(...)``; ``db.insert(table, **row)``; ``db.update(table, set, **where)``;
                ``db.execute(sql, params)`` (``%s`` parameters, every name qualified), with the project's rights on
                PostgreSQL, where its rows are not given; a write raises Refused(kind, constraint) when the database
                says no, kind is "check", "unique", "not-null" or "foreign-key";
                ``with db.writes_held(table) as held: ...``: who writes there waits until ``held.release()`` or the
                end, ``held.waiting()`` counts them (needs database="postgres");
                ``db.columns(table)``, ``db.constraints(table)``, ``db.indexes(table)``, ``db.tables()``;
                ``with db.refused("unique"): ...`` as refuses, for the database. On PostgreSQL what is no ordinary
                table fails the check, and so does a write that changes no row
    queries     ``with queries() as q: ...`` then ``q.count`` and ``q.statements``: all but transactions' own;
                ``q.in_transaction``: whether one was begun, or a savepoint
    manage      ``manage("migrate", "posts", "0001")`` in this check's own database -> CommandOutput(code, out);
                with ``settings=`` or ``env=`` a fresh ``python manage.py ...``, without a database of its own.
                ``manage.core("check", "--deploy", ...)`` is Django's own command, whatever the project calls so
    load        ``load("config.settings.production", env={...})`` -> settings freshly loaded under exactly
                these variables: ``.DEBUG``; raises Raised if they refuse to load.
                with ``files={".env": text}`` in a copy with these files; ``load.environ(settings, env=...)``
                -> tuple of EnvironRead(name, path, line)
    migrations  two cases, SQLite and PostgreSQL, each with an empty database: ``.migrate(app, name)``,
                ``.model("posts.Post")`` (historical, as of what is applied), ``.applied()``, ``.unapplied()``, ``.db``,
                ``.kind``, ``.restart()``; ``.once(title, build)``: a database as ``build(migrations, rng)`` leaves it,
                and what it returns, made once for all checks that ask under that title
    serve       ``server = serve(settings="config.settings.production", env={...})``: gunicorn in the sandbox with
                real PostgreSQL (migrated) and Redis; ``server.ready_within(30, "/healthz")``,
                ``server.get(path, headers={...})`` -> status_code, headers, text, json();
                ``server.silence("postgres", "redis")``: they take all and say nothing, until ``.restore(...)``
    api         the submission served as in production, once for all checks of a process; before each of them its rows
                and Redis are as they were at the start. Rates have no limits.
                ``api.get("/posts/", as_="editor")``, ``.post(path, as_="reader", json={...})``, ``.put``, ``.patch``,
                ``.delete``, ``.request(method, path, ...)``: below ``/api/v1``; ``version=""`` is ``/api``,
                ``version=None`` takes the path as it is; ``body=b"..."`` is sent as it is; ``headers={...}``;
                ``csrf=False`` leaves the token out; ``client="192.0.2.1"`` is who connects. ``as_`` is one of
                ``api.people`` (``reader``, ``reader2``, ``contributor``, …, ``admin2``, ``inactive``, ``demoted``;
                ``.id``, ``.username``, ``.password``) or ``None``
                -> Answer: as ``client``'s, and ``.expect(200, 204)``, ``.object()``, ``.problem(404)`` -> dict
                ``api.at_once([api.later("POST", path, ...), ...])`` -> answers of requests at the same moment;
                ``api.silence("redis")``, ``.cut("redis")`` (as if stopped), ``.restore("redis")``; ``api.age(60)``
                makes what the project remembers beside its models a minute older, in PostgreSQL and Redis;
                ``api.count_own_rows()`` are those in tables that no brief names. Beside it ``app``, ``db``,
                ``queries`` are about the database that is served
    api_with    ``api_with(env={"THROTTLE_BURST": "3/minute"}, settings="")`` -> another ``api`` of the check's own, for
                what changes the environment; its database by ``.app``, ``.db`` and ``.rows``;
                ``api_with.restart(api, env={...})`` kills its server, whatever it is at work on, and starts another
    rows        rows behind ``api``, made by the project's models: ``rows.post(state="out", author="contributor",
                tags=[...], category=...)``, ``rows.comment(post=..., author="reader", status="approved",
                post_state="archived")``,
                ``rows.user(...)``, ``.category()``, ``.tag()``; many in one question: ``rows.posts([{...}, {...}])``, …
                -> Row: ``.id`` and what it was made with; ``rows.move_posts(keys, state)``
    platform    ``it = platform(env={...})``: a deployment of the check's own: ``it.web`` is asked as ``api`` is,
                ``worker = it.worker(env={...})`` is ready when it returns, ``worker.kill()`` is SIGKILL;
                ``worker.cut("postgres")`` and ``.restore("postgres")`` for it alone;
                ``it.mail.taken``, ``it.mail.answer({"RCPT": "451 Later"})``, ``it.collector.below("/v1/traces")``;
                ``it.spans()``, ``it.reports()``; ``it.say(b"...")`` sends bytes that need not be HTTP;
                ``it.lines("request")``, ``worker.lines("task")`` -> log lines as dicts; ``it.waiting("comments")``,
                ``it.messages("mail")``, ``it.dead_letters()``, ``it.settle()``, ``it.age_messages()``,
                ``it.send_again("comments")``; ``it.command("manage.py", "dead_letters", env={...})`` ->
                CommandOutput; ``with it.queries() as q``; ``it.restart(env={...})`` serves the same database anew;
                ``role = it.runtime_role()``: a login without rights, ``role.name``, ``role.url``,
                ``role.rights("audit_auditentry")``, ``role.refuses("TRUNCATE ...")`` -> SQLSTATE;
                ``by = it.operator()``: ``by.sh("scripts/backup.sh", env={...})`` -> CommandOutput, ``by.files()``
                -> {path: KeptFile}, ``by.lengthen(path)``, ``by.databases()``, ``by.count(table, database=name)``;
                ``it.beat(hours=26, begins=moment)``: what Beat sends in that time, which goes by in seconds -> Sent,
                ``.task``, ``.queue``, ``.at`` and ``.expires`` in seconds, ``.args``; ``it.put_back(sent)``;
                ``page = it.runbook("docs/runbooks/x.md", env={...})``: ``page.follow(restart=...)`` runs its blocks in
                order, ``it.restart_as_exported(page)`` is for those that say `rollout restart`;
                ``it.until(holds, expected=..., observed=callable, within_s=...)``
    services    ``services.postgres.down()`` and ``.up()``, ``services.redis.down()`` and ``.up()``
    files       the submission as data: ``.text(path)``, ``.exists(path)``, ``.glob(pattern)``, ``.toml(path)``,
                ``.yaml(path)``; a missing or unreadable file fails the check
    sources     the submission's Python as data: ``.classes("src/apps/**/*.py")`` -> SourceClass(path, line, name,
                bases, assigned, meta), ``.family(one, among)``, ``.functions(text)``
    tools       ``tools.hadolint(path)``, ``tools.compose(path)``, ``tools.poetry("check", "--lock")``
                -> ToolReport(ok, findings, out); ``edits={path: text}`` runs it in a changed copy,
                ``within_s=300`` gives it more than two minutes
    environment ``environment.origin`` ("submission", or "course" if its own lock could not be used), ``.problems``
    rng         seeded by the run and this check: random.Random with ``.word()``, ``.title()``, ``.sentence()``,
                ``.slug()``
    artefact    ``artefact(id, title, kind, body)`` attaches something for a person to look at
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.agent.raised import Raised
    from grader.checkpoint.kit.agreement import disagreements
    from grader.checkpoint.kit.cells import load_cells
    from grader.checkpoint.kit.declare import Cell, check, matrix
    from grader.checkpoint.kit.factory import Factory, Recipe
    from grader.checkpoint.kit.jwt import Jwt, RsaPair, make_jwt, new_claims, read_jwt, rsa_pair
    from grader.checkpoint.kit.outcome import expect, expect_that, fail, raises, refuses
    from grader.checkpoint.kit.permissions import PermissionWalk, stored_rows
    from grader.checkpoint.kit.remote import Outcome, Remote, later
    from grader.checkpoint.kit.rng import Rng
    from grader.checkpoint.kit.rows import Row
    from grader.checkpoint.kit.rowsets import expect_rows
    from grader.checkpoint.kit.schema import er_diagram, schema_diff, schema_text
    from grader.stage.outcome import Failed, Refused
else:

    def __getattr__(name: str) -> object:
        """A verb, imported when it is first asked for: the process that starts the checks runs none."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOME[name]), name)
        return value


_HOME = {
    "PermissionWalk": "grader.checkpoint.kit.permissions",
    "Row": "grader.checkpoint.kit.rows",
    "load_cells": "grader.checkpoint.kit.cells",
    "stored_rows": "grader.checkpoint.kit.permissions",
    "Raised": "grader.agent.raised",
    "disagreements": "grader.checkpoint.kit.agreement",
    "Cell": "grader.checkpoint.kit.declare",
    "check": "grader.checkpoint.kit.declare",
    "matrix": "grader.checkpoint.kit.declare",
    "Factory": "grader.checkpoint.kit.factory",
    "Recipe": "grader.checkpoint.kit.factory",
    "Jwt": "grader.checkpoint.kit.jwt",
    "RsaPair": "grader.checkpoint.kit.jwt",
    "make_jwt": "grader.checkpoint.kit.jwt",
    "new_claims": "grader.checkpoint.kit.jwt",
    "read_jwt": "grader.checkpoint.kit.jwt",
    "rsa_pair": "grader.checkpoint.kit.jwt",
    "Failed": "grader.stage.outcome",
    "Refused": "grader.stage.outcome",
    "expect": "grader.checkpoint.kit.outcome",
    "expect_rows": "grader.checkpoint.kit.rowsets",
    "expect_that": "grader.checkpoint.kit.outcome",
    "fail": "grader.checkpoint.kit.outcome",
    "raises": "grader.checkpoint.kit.outcome",
    "refuses": "grader.checkpoint.kit.outcome",
    "Outcome": "grader.checkpoint.kit.remote",
    "Remote": "grader.checkpoint.kit.remote",
    "later": "grader.checkpoint.kit.remote",
    "Rng": "grader.checkpoint.kit.rng",
    "er_diagram": "grader.checkpoint.kit.schema",
    "schema_diff": "grader.checkpoint.kit.schema",
    "schema_text": "grader.checkpoint.kit.schema",
}

__all__ = [
    "Cell",
    "Factory",
    "Failed",
    "Jwt",
    "Outcome",
    "PermissionWalk",
    "Raised",
    "Recipe",
    "Refused",
    "Remote",
    "Rng",
    "Row",
    "RsaPair",
    "check",
    "disagreements",
    "er_diagram",
    "expect",
    "expect_rows",
    "expect_that",
    "fail",
    "later",
    "load_cells",
    "make_jwt",
    "matrix",
    "new_claims",
    "raises",
    "read_jwt",
    "refuses",
    "rsa_pair",
    "schema_diff",
    "schema_text",
    "stored_rows",
]
