"""What is delivered, in use: the second role, and backups (task 9)."""

import pytest

from grader.checkpoint import expect_that, fail


@pytest.fixture
def runtime_role():
    """``runtime_role(it)`` is a role that is not the owner of the tables, after `migrate` was told of it."""

    def make(it):
        role = it.runtime_role()
        ran = it.command("manage.py", "migrate", env={"DATABASE_RUNTIME_ROLE": role.name})
        expect_that(ran.ok, expected="`migrate` with `DATABASE_RUNTIME_ROLE` to end with 0", observed=ran.out[-300:])
        return role

    return make


@pytest.fixture
def stocked(comment):
    """``stocked(it)`` is the deployment, with posts and comments in its database."""

    def stock(it):
        for _ in range(2):
            comment(it, it.web.rows.post(state="out"), as_="reader")
        return it

    return stock


@pytest.fixture
def backed_up():
    """``backed_up(by)`` is the dump of a new backup, which is as the brief says."""

    def back_up(by):
        ran = by.sh("scripts/backup.sh")
        expect_that(ran.ok, expected="`scripts/backup.sh` to end with 0", observed=ran.out[-300:])
        path, files = (ran.out.strip().splitlines() or [""])[-1], by.files()
        if path not in files or not path.endswith(".dump") or not path.startswith(by.folder):
            fail(expected="the path of the dump below BACKUP_DIR, as the last line", observed=path or "nothing")
        dump, sums = files[path], files.get(f"{path.removesuffix('.dump')}.sha256")
        expect_that(dump.mode & 0o077 == 0, expected="a dump that its owner alone can read", observed=oct(dump.mode))
        expect_that(
            sums is not None and f"{dump.sha256}  {path.rpartition('/')[2]}" in sums.text.replace(" *", "  "),
            expected="its SHA-256 and its name in NAME.sha256, as `sha256sum` writes them",
            observed=sums.text[:200] if sums else "no such file",
        )
        return dump

    return back_up
