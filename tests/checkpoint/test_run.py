"""Whole runs against the tiny project: every status, every kind of database, every verb."""

import json

import pytest

from grader.domain.status import Status

pytestmark = pytest.mark.xdist_group("run")  # one process makes the official one, once
EXPECTED = {
    "posts": "passed",
    "values": "passed",
    "db": "passed",
    "migrations": "passed",
    "schema": "passed",
    "down": "passed",
    "up": "passed",
    "project": "passed",
    "serve": "passed",
    "fails": "failed",
    "errored": "errored",
}


@pytest.fixture(scope="module")
def official(run):
    return run(database="postgres", mode="fork")


def by_check(evidence):
    return {o.check: o for o in evidence.observations}


def wrong(evidence):
    """What did not end as its criterion's first part says it should."""
    return [
        (o.check, o.status, o.expected, o.observed, o.fault[-300:])
        for o in evidence.observations
        if EXPECTED[o.criterion.partition(".")[0]] != o.status
    ]


def test_every_check_ends_as_it_should(official):
    assert wrong(official) == []
    assert (official.sandbox, official.isolated) == ("bubblewrap", True)


def test_order_and_names(official):
    checks = [o.check for o in official.observations]
    assert checks[0] == "posts::slug"
    assert "values::long[asked-short]" in checks
    assert len(set(checks)) == len(checks)
    assert [o.public for o in official.observations[:2]] == [True, True]
    assert by_check(official)["values::long[asked-long]"].sentence == "A long body is long: yes."


WORDS = {
    "databases::absent[sqlite]": (
        "tables and columns as the brief names them",
        "the database has no such table or column",
        None,
    ),
    "values::equal": ("'Goodbye'", "'Hello'", None),
    "values::bare": ("A long post is long.", "it is not so", None),
    "values::message": ("A long post is long.", "a short post was called long", None),
    "values::strict": ("0", "False", None),
    "values::accepted": ("a ValidationError on `body`", "it was accepted", None),
    "values::other_field": ("a ValidationError on `title`", "a ValidationError on `body` only", None),
    "values::raised": (
        "no exception",
        "RuntimeError raised at src/apps/posts/models.py:73",
        "src/apps/posts/models.py:73",
    ),
    "values::view": (
        "status 200",
        "status 500 (the view: ValueError raised at src/config/urls.py:16)",
        "src/config/urls.py:16",
    ),
    "values::missing": ("a model posts.Category", "there is none", None),
    "values::words": ("a file", "nothing", "src/a.py:3"),
    "project::no_file": ("a file `pyproject.toml`", "there is none", None),
}


@pytest.mark.parametrize("check", WORDS)
def test_words(official, check):
    found = by_check(official)[check]
    where = str(found.where) if found.where else None
    assert (found.expected, found.observed, where) == WORDS[check]


def test_nothing_of_a_hidden_check_is_quoted(official):
    for found in official.observations:
        told = f"{found.expected}{found.observed}{found.where}{found.traceback}"
        assert "secret_hidden_line" not in told
        assert "test_values" not in told
        assert found.public or found.traceback == ""


def test_artefacts(official):
    kinds = {a.id: a for a in official.artefacts}
    assert sorted(kinds) == ["diff-postgres", "diff-sqlite", "er-postgres", "er-sqlite"]
    diagram = json.loads(kinds["er-postgres"].body)
    links = {(link["table"], link["column"], link["to"]) for link in diagram["links"]}
    assert ("posts_post", "author_id", "auth_user") in links
    assert "+table posts_post" in kinds["diff-postgres"].body
    assert kinds["er-postgres"].criterion == "schema.review"


@pytest.mark.slow
@pytest.mark.parametrize(
    "how", [{"mode": "fork"}, {"mode": "savepoint"}, {"mode": "savepoint", "database": "postgres"}]
)
def test_other_ways_to_run(run, how):
    criteria = (
        "posts.slug",
        "posts.body",
        "values.pass",
        "values.matrix",
        "db.rows",
        "db.refuses",
        "db.queries",
        "db.race",
    )
    evidence = run(criteria=criteria, **how)
    assert wrong(evidence) == []
    assert {o.criterion for o in evidence.observations} == set(criteria)


def test_without_a_sandbox(run):
    evidence = run(criteria=("posts.slug", "values.pass"), sandbox="process")
    assert wrong(evidence) == []
    assert (evidence.sandbox, evidence.isolated) == ("process", False)


def test_the_public_checks_alone(run):
    evidence = run(
        {"src/apps/posts/models.py": "+\n\nPost.clean = lambda self: 1 / 0\n"},
        criteria=("posts.slug", "posts.body"),
        public_only=True,
    )
    failed = by_check(evidence)["posts::body"]
    assert failed.observed == "ZeroDivisionError raised at src/apps/posts/models.py:76: division by zero"
    assert "Post.clean = lambda self: 1 / 0" in failed.traceback
    assert "grader" not in failed.traceback


def folder(tmp_path, text, name="test_it.py"):
    for part in ("public", "hidden"):
        (tmp_path / part).mkdir()
    (tmp_path / "hidden" / name).write_text(text)
    return tmp_path


HEAD = 'import os\nimport pytest\nfrom grader.checkpoint import check\n\n@check("a.b")\n'
OURS = {
    "a check that cannot be imported": "import nothing_of_the_kind\n" + HEAD + 'def test_it():\n    """It."""\n',
    "a test that is no check": 'def test_it():\n    pass\n# @check("a.b")\n',
    "a check without a sentence": HEAD + "def test_it():\n    pass\n",
    "a process that ends": HEAD + 'def test_it():\n    """It."""\n    os._exit(0)\n',
    "a check that is skipped": HEAD + 'def test_it():\n    """It."""\n    pytest.skip()\n',
    "nothing at all": '# @check("a.b")\n',
    "two databases": HEAD + 'def test_it(app, migrations):\n    """It."""\n',
}


@pytest.mark.parametrize("name", OURS)
def test_our_own_faults_are_errored(run, tmp_path, name):
    evidence = run(checks=folder(tmp_path, OURS[name]))
    assert {(o.criterion, o.status) for o in evidence.observations} == {("a.b", Status.ERRORED)}
    assert all(o.fault for o in evidence.observations)
