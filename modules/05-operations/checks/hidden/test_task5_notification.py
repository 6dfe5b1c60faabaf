"""Who hears of a comment that waits, and how often."""

from grader.checkpoint import check, expect, expect_that


@check("tasks.notification", seconds=150)
def test_who_hears_of_which_comment(platform, rng, comment):
    """No e-mail to who has no address, about one's own comment, or about one that is approved at once."""
    it = platform()
    address, rows = f"{rng.word()}@example.com", it.web.rows
    it.web.db.update("accounts_user", {"email": address}, id=it.web.people["contributor"].id)
    without = rows.post(state="out", author=rows.user(email=""))
    own = rows.post(state="out", author="contributor")
    it.worker()
    for on, who in ((without, "reader"), (own, "contributor"), (own, "editor")):
        comment(it, on, as_=who)
    it.settle()
    expect([mail.recipients for mail in it.mail.taken], equal_to=[])
    comment(it, own, as_="reader2")
    it.settle()
    expect([mail.recipients for mail in it.mail.taken], equal_to=[(address,)])


@check("tasks.notification", seconds=150)
def test_an_edit_is_told_of_if_it_had_been_decided(platform, rng, comment):
    """One more e-mail when an edit makes a comment wait that was approved or rejected; none for one that waits."""
    it = platform()
    on = it.web.rows.post(state="out", author=it.web.rows.user(email=f"{rng.word()}@example.com"))
    it.worker()
    key = comment(it, on)
    it.settle()

    def edit():
        it.web.patch(f"/comments/{key}/", as_="reader", json={"body": rng.sentence()}).expect(200)
        it.settle()
        return len(it.mail.taken)

    expect(edit(), equal_to=1, because="it waited already")
    for number, decision in enumerate(("approve", "reject"), 2):
        it.web.post(f"/comments/{key}/{decision}/", as_="editor").expect(200)
        expect(edit(), equal_to=number, because=f"it waits again after `{decision}`")
    ids = {str(mail.message["Message-ID"]) for mail in it.mail.taken}
    expect_that(len(ids) == 3, expected="another `Message-ID` in each of three e-mails", observed=f"{len(ids)} of them")
