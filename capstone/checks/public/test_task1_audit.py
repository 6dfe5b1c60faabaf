"""Task 1: `verify_audit_log`, the plain cases."""

from grader.checkpoint import check, expect_that

LOG = "public.audit_auditentry"


@check("audit.chain", seconds=120)
def test_an_entry_that_was_changed(platform, audit_log):
    """The log is whole as it was written; with one entry changed it is not, and the command names that entry."""
    log = audit_log(platform())
    log.whole(because="every entry is what was written", entries=len(log.ids()))
    changed = log.written_by(2)[0]
    log.tamper(f"UPDATE {LOG} SET action = 'logged_in' WHERE id = {changed}")
    log.broken(changed, because=f"the action of entry {changed} was changed")


@check("audit.chain", seconds=120)
def test_a_cut_tail(platform, audit_log):
    """The last entries, deleted with all that is kept about them, are missed by whoever has noted the head."""
    log = audit_log(platform())
    head = log.whole(because="every entry is what was written")
    log.put_back(log.steps - 2)
    log.whole(because="what is left is whole")
    log.broken(because="the last entries were cut off", anchor=head)


@check("audit.chain", seconds=60)
def test_no_anchor(platform):
    """An anchor that is none is exit code 2, and words instead of a traceback."""
    seen = platform().command("manage.py", "verify_audit_log", "--anchor", "the last one")
    expect_that(seen.code == 2, expected="exit code 2", observed=f"{seen.code}, with {seen.out[-200:]}")
    expect_that("Traceback" not in seen.out, expected="no traceback", observed=seen.out[-200:])
