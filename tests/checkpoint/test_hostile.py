"""Projects that break, hang, lie or leave: always failed, in a sentence, and never an error of ours."""

import pytest

from grader.domain.status import Status

READY = """
from django.apps import AppConfig

class PostsConfig(AppConfig):
    name = "posts"

    def ready(self):
        {}
"""
MODELS, URLS, APPS = "src/apps/posts/models.py", "src/config/urls.py", "src/apps/posts/apps.py"
SETTINGS, MIGRATION = "src/config/settings/testing.py", "src/apps/posts/migrations/0002_more.py"
IN_SAVE = "+\n\ndef _save(self, *args, **kwargs):\n    {}\n\nPost.save = _save\n"
IN_AGENT = "import gc, sys; gc.unfreeze(); agent = next(o for o in gc.get_objects() if type(o).__name__ == 'Agent'); "
MORE = """
from django.db import migrations

def work(apps, editor):
    {}

class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial")]
    operations = [migrations.RunPython(work)]
"""


def sent(text):
    return IN_SAVE.format(f"{IN_AGENT}agent.channel.control.sendall({text!r}); raise ValueError")


# Whether the lie or the answer after it is read first is a matter of timing.
ANY = ("cannot be read", "not put", "before it was put")
BROKEN = {
    "exits while it starts": (
        {APPS: READY.format("import os; os._exit(0)")},
        "ended the process while it was starting",
    ),
    "asks to exit while it starts": (
        {APPS: READY.format("raise SystemExit(0)")},
        "SystemExit raised at src/apps/posts/apps.py:8",
    ),
    "settings raise": ({SETTINGS: "1 / 0\n"}, "ZeroDivisionError raised at src/config/settings/testing.py:1"),
    "settings do not parse": ({SETTINGS: "x = = 1\n"}, "SyntaxError raised at src/config/settings/testing.py:1"),
    "settings exit": ({SETTINGS: "import sys\nsys.exit(0)\n"}, "SystemExit raised at src/config/settings/testing.py:2"),
    "settings print": ({SETTINGS: '+\nprint(\'{"id": "1", "ok": true}\' * 1000)\n'}, None),
    "no such settings": ({"src/config/settings/__init__.py": "raise ImportError\n"}, "ImportError raised at"),
    "migrations raise": (
        {MIGRATION: MORE.format("raise KeyError('x')")},
        "KeyError raised at src/apps/posts/migrations/0002_more.py:5",
    ),
    "migrations exit": (
        {MIGRATION: MORE.format("import os; os._exit(0)")},
        "ended the process while it ran its migrations",
    ),
    "save exits": (
        {MODELS: IN_SAVE.format("import os; os._exit(0)")},
        "ended the process while `save` was called (exit status 0)",
    ),
    "save asks to exit": ({MODELS: IN_SAVE.format("raise SystemExit(0)")}, "SystemExit raised at"),
    "save is killed": ({MODELS: IN_SAVE.format("import os; os.kill(os.getpid(), 9)")}, "signal 9"),
    "save kills the parent": (
        {MODELS: IN_SAVE.format("import os; os.kill(os.getppid(), 9); os._exit(0)")},
        "ended the process",
    ),
    "a reply of junk": ({MODELS: sent(b"junk\n")}, ANY),
    "a reply ahead": ({MODELS: sent(b'{"id": "1", "ok": null}\n')}, ANY),
    "a reply with NaN": ({MODELS: sent(b'{"id": NaN}\n')}, ANY),
    "a reply that is deep": ({MODELS: sent(b"[" * 5000 + b"]" * 5000 + b"\n")}, ANY),
    "a reply that is giant": ({MODELS: sent(b"x" * (2 << 20))}, "larger than 1 MiB"),
    "a reply with a key twice": ({MODELS: sent(b'{"id": "1", "id": "2"}\n')}, ANY),
    "a value that is giant": (
        {MODELS: IN_SAVE.format("raise ValueError") + "\nPost.slug = property(lambda self: 'x' * (2 << 20))\n"},
        None,
    ),
    "an exception without a text": (
        {MODELS: IN_SAVE.format("class E(Exception): __str__ = None\n    raise E()")},
        "E raised at",
    ),
    "a name that is a command": (
        {MODELS: IN_SAVE.format("raise type('::error::<b>', (Exception,), {})")},
        "An exception raised at",
    ),
}


# Of these the project does not start, which is one finding: what needs it running is blocked.
AT_START = (
    "exits while",
    "asks to exit while",
    "settings raise",
    "settings do",
    "settings exit",
    "no such",
    "migrations",
)


@pytest.mark.parametrize("name", BROKEN)
def test_broken(run, name):
    edits, told = BROKEN[name]
    evidence = run(edits, criteria=("posts.slug", "posts.body"))
    observed = [o.observed for o in evidence.observations]
    assert Status.ERRORED not in [o.status for o in evidence.observations]
    unstarted = evidence.start is not None
    assert unstarted == name.startswith(AT_START)
    if told is not None:
        assert evidence.observations[0].status is (Status.BLOCKED if unstarted else Status.FAILED)
        assert any(one in observed[0] for one in ([told] if isinstance(told, str) else told)), observed


def test_a_dispatcher_that_always_agrees(run):
    answer = "type(agent).answer"
    edits = {
        MODELS: f"+\n\n{IN_AGENT}\n{answer} = lambda self, question: self.channel.reply(question['id'], ok=True)\n"
    }
    evidence = run(edits, criteria=("posts.slug", "posts.body", "values.pass"))
    assert {o.status for o in evidence.observations} == {Status.BLOCKED}
    assert evidence.start is not None
    assert "cannot be read" in evidence.start.observed or "not put" in evidence.start.observed


def test_equality_of_the_learners_does_not_count(run):
    always = "Post.__eq__ = lambda self, other: True\nPost.__hash__ = lambda self: 1\n"
    edits = {MODELS: f"+\n\n{always}Post.is_long = lambda self: 1\n"}
    evidence = run(edits, criteria=("values.pass", "values.matrix"))
    ended = {o.check: o.status for o in evidence.observations}
    assert ended["values::long[asked-long]"] is Status.FAILED


def test_the_next_check_starts_afresh(run):
    edits = {MODELS: IN_SAVE.format("import os; os._exit(0)") + "\nPost.is_long = lambda self: False\n"}
    evidence = run(edits, criteria=("posts.slug", "project.describe", "up.redis"))
    assert [o.status for o in evidence.observations] == [Status.FAILED, Status.PASSED, Status.PASSED]


@pytest.mark.slow
def test_a_project_that_hangs(run):
    edits = {MODELS: IN_SAVE.format("import time; time.sleep(1000)")}
    (observation,) = run(edits, criteria=("posts.slug",)).observations
    assert observation.status is Status.FAILED
    assert "did not answer within 15 s while `save` was called" in observation.observed


TRIGGER = '''
from django.db import migrations

SQL = """
CREATE FUNCTION climb() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    COPY (SELECT 1) TO PROGRAM 'cat';
    RETURN NEW;
END $$;
CREATE TRIGGER climb BEFORE INSERT ON posts_tag FOR EACH ROW EXECUTE FUNCTION climb();
"""

class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial")]
    operations = [migrations.RunSQL(SQL, "")]
'''


def test_a_trigger_gets_nothing_of_the_observer(run):
    (observation,) = run({MIGRATION: TRIGGER}, criteria=("db.refuses",), database="postgres").observations
    assert observation.status is Status.FAILED
    assert "permission denied" in observation.observed


def test_a_lock_that_is_held(run):
    hold = "from django.db import connection as c; c.set_autocommit(False); c.cursor().execute('LOCK posts_post')"
    edits = {MODELS: f"+\n\n_old = Post.save\n\ndef _save(self):\n    _old(self)\n    {hold}\n\nPost.save = _save\n"}
    (observation,) = run(edits, criteria=("db.rows",), database="postgres").observations
    assert (observation.status, observation.observed) == (Status.FAILED, "it was still waiting")
