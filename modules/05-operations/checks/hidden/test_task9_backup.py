"""Backups that come back, and those that must not."""

import pytest

from grader.checkpoint import check, expect, expect_that

TABLES = ("accounts_user", "posts_post", "posts_tag", "comments_comment", "audit_auditentry")
OTHER_DATABASE = {"PGDATABASE": "nothing_of_that_name"}


@check("delivery.backup", seconds=240)
def test_what_was_backed_up_comes_back(platform, stocked, backed_up):
    """A backup holds the rows of its moment, and is restored into a new database beside the one that went on."""
    it = stocked(platform())
    by = it.operator()
    before = {table: by.count(table) for table in TABLES}
    dump = backed_up(by)
    it.web.rows.post(state="out")
    ran = by.sh("scripts/restore.sh", dump.path, "restored_once")
    expect_that(ran.ok, expected="`scripts/restore.sh` to end with 0", observed=ran.out[-300:])
    expect({table: by.count(table, database="restored_once") for table in TABLES}, equal_to=before)
    expect(by.count("posts_post"), equal_to=before["posts_post"] + 1, because="the database itself is left alone")


@check("delivery.backup", seconds=240)
def test_what_does_not_fit(platform, stocked, backed_up):
    """A dump that has changed is not restored, a database that exists is left alone, and two arguments are two."""
    by = stocked(platform()).operator()
    dump = backed_up(by)
    for words in ((), (dump.path,), (dump.path, "one", "more")):
        expect(by.sh("scripts/restore.sh", *words).code, equal_to=2, because="it takes two arguments")
    posts = by.count("posts_post")
    expect(by.sh("scripts/restore.sh", dump.path, "restored_once").code, equal_to=0)
    again = by.sh("scripts/restore.sh", dump.path, "restored_once")
    expect_that(again.code != 0, expected="another code than 0 for a database that exists", observed="0")
    expect(by.count("posts_post", database="restored_once"), equal_to=posts, because="it is left as it is")
    by.lengthen(dump.path)
    changed = by.sh("scripts/restore.sh", dump.path, "restored_twice")
    expect_that(changed.code not in (0, 2), expected="1, as the checksum does not fit", observed=f"{changed.code}")
    expect(by.databases(), equal_to=["restored_once"], because="of a dump that has changed nothing is restored")


@check("delivery.backup", seconds=120)
@pytest.mark.parametrize("env", [{"PGPASSWORD": "wrong"}, OTHER_DATABASE], ids=["a wrong password", "no such database"])
def test_a_backup_that_fails(platform, backed_up, env):
    """Where the database cannot be read there is no checksum of that backup, and the code is not 0."""
    by = platform().operator()
    backed_up(by)
    before = [path for path in by.files() if path.endswith(".sha256")]
    ran = by.sh("scripts/backup.sh", env=env)
    expect_that(ran.code != 0, expected="another code than 0", observed="0")
    sums = [path for path in by.files() if path.endswith(".sha256")]
    expect(sums, equal_to=before, because="nothing more was backed up")
