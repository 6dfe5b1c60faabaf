"""What is tried again and what is not, dead letters and their replay, and the time limit."""

import json
import time

from grader.checkpoint import check, expect, expect_that

PUBLISH = "comments.tasks.publish_comment"
MANY = "60"  # retries: with a wait of up to a second before each they take far longer than one failure
AT_ONCE_S = 15


@check("tasks.retries", seconds=120)
def test_the_database_comes_back(platform, comment, status_of):
    """A task whose worker has no database is tried again, and done when the database is back."""
    it = platform(env={"TASK_MAX_RETRIES": MANY})
    worker = it.worker()
    on = it.web.rows.post(state="out")
    comment(it, on, as_="editor")
    it.settle()
    worker.cut("postgres")
    key = comment(it, on, as_="editor")
    it.until(
        lambda: it.waiting("comments") == 0,
        expected="the task taken by a worker",
        observed=lambda: "it waits",
        within_s=30,
    )
    time.sleep(1)  # so that it has failed at least once
    worker.restore("postgres")
    it.settle()
    expect(status_of(it, key), equal_to="approved")
    expect(it.dead_letters(), equal_to=[], because="another try was enough")


@check("tasks.retries", seconds=120)
def test_retries_end(platform, comment):
    """After `TASK_MAX_RETRIES` retries a task fails for good, and its dead letter says `OperationalError`."""
    it = platform(env={"TASK_MAX_RETRIES": "2"})
    worker = it.worker()
    on = it.web.rows.post(state="out")
    worker.cut("postgres")
    comment(it, on, as_="editor")
    it.until(it.dead_letters, expected="a dead letter after two retries", observed=lambda: "none", within_s=30)
    found = [[one.get("task"), one.get("error")] for one in it.dead_letters()]
    expect(found, equal_to=[[PUBLISH, "OperationalError"]])


@check("tasks.retries", seconds=120)
def test_other_exceptions_are_not_tried_again(platform, comment, refuse_approval):
    """What the database refuses is refused the next time, too: the task fails at once."""
    it = platform(env={"TASK_MAX_RETRIES": MANY})
    refuse_approval(it)
    it.worker()
    comment(it, it.web.rows.post(state="out"), as_="editor")
    it.until(
        it.dead_letters,
        expected="a dead letter without retries, for an IntegrityError",
        observed=lambda: "none yet, as if it was tried again",
        within_s=AT_ONCE_S,
    )


@check("tasks.dead-letters", seconds=180)
def test_list_and_replay(platform, comment, refuse_approval, status_of):
    """`manage.py dead_letters` prints them and changes nothing; `--replay` puts each back under its id."""
    it = platform()
    nothing = it.command("manage.py", "dead_letters")
    expect([nothing.code, printed(nothing.out)], equal_to=[0, []], because="there is no dead letter")
    mend = refuse_approval(it)
    worker = it.worker()
    on = it.web.rows.post(state="out")
    keys = [comment(it, on, as_=who) for who in ("editor", "admin")]
    it.until(
        lambda: len(it.dead_letters()) == 2,
        expected="two dead letters",
        observed=lambda: f"{len(it.dead_letters())} of them",
        within_s=60,
    )
    it.settle()  # else what is not acknowledged yet comes back
    worker.kill()
    before = by_id(it.dead_letters())
    expect(sorted(map(sent_id, before.values())), equal_to=sorted(keys))
    expect({one.get("error") for one in before.values()}, equal_to={"IntegrityError"})
    told = it.command("manage.py", "dead_letters")
    expect([told.code, by_id(printed(told.out))], equal_to=[0, before], because="they are printed, one a line")
    expect(by_id(it.dead_letters()), equal_to=before, because="to look changes nothing")
    expect(it.waiting("comments"), equal_to=0)
    expect(it.command("manage.py", "dead_letters", "--replay").code, equal_to=0)
    expect([it.waiting("dead"), it.waiting("comments")], equal_to=[0, 2], because="each is back in its queue")
    ids = {message.get("headers", {}).get("id") for message in it.messages("comments")}
    expect(ids, equal_to=set(before), because="a task is replayed under its old id")
    mend()
    it.worker()
    it.settle()
    expect([status_of(it, key) for key in keys], equal_to=["approved"] * 2)


def printed(text):
    """The objects that a command has printed, one a line."""
    lines = (line for line in text.splitlines() if line.startswith("{"))
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            expect_that(False, expected="a JSON object on each line that begins with {", observed=line[:200])
    return [one for one in found if "error" in one and "args" in one]


def by_id(letters):
    """Dead letters by the id of the task, with what the brief names."""
    names = ("task", "id", "args", "kwargs", "error")
    return {one.get("id"): {name: one.get(name) for name in names} for one in letters}


def sent_id(letter):
    """The comment that a dead letter is about."""
    return [*letter["args"], *letter["kwargs"].values()][0]


@check("tasks.time-limit", seconds=120)
def test_what_takes_too_long_is_killed(platform, comment, status_of):
    """A task that runs longer than `TASK_TIME_LIMIT_SECONDS` is killed: one dead letter, and the worker goes on."""
    it = platform(env={"TASK_TIME_LIMIT_SECONDS": "3", "TASK_SOFT_TIME_LIMIT_SECONDS": "0"})
    on = it.web.rows.post(state="out")
    stuck = comment(it, on, as_="editor")
    with it.web.db.writes_held("comments_comment") as held:
        it.worker()
        it.until(held.waiting, expected="the task at work", observed=lambda: "no session waits", within_s=60)
        it.until(
            it.dead_letters, expected="a dead letter for the task that is stuck", observed=lambda: "none", within_s=30
        )
        expect([[one.get("task"), sent_id(one)] for one in it.dead_letters()], equal_to=[[PUBLISH, stuck]])
    key = comment(it, on, as_="editor")
    it.settle()
    expect(status_of(it, key), equal_to="approved", because="the worker goes on")
    expect(status_of(it, stuck), equal_to="pending", because="it was killed before it had done anything")
    expect(len(it.dead_letters()), equal_to=1)
