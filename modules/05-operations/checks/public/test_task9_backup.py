"""A backup, and what comes of it."""

from grader.checkpoint import check, expect, expect_that


@check("delivery.backup", seconds=120)
def test_a_backup_and_its_restoration(platform, stocked, backed_up):
    """`scripts/backup.sh` leaves a dump with its checksum, and `scripts/restore.sh` makes a new database of it."""
    by = stocked(platform()).operator()
    dump = backed_up(by)
    ran = by.sh("scripts/restore.sh", dump.path, "restored")
    expect_that(ran.ok, expected="`scripts/restore.sh` to end with 0", observed=ran.out[-300:])
    for table in ("posts_post", "comments_comment"):
        expect(by.count(table, database="restored"), equal_to=by.count(table))
