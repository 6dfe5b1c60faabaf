"""Task 4: versioning, the plain case."""

from grader.checkpoint import check, expect


@check("api.version")
def test_the_current_version(api, rows):
    """`/api/` serves the same as `/api/v1/`, without a redirect; there is no version 2."""
    tag = rows.tag()
    expected = api.get(f"/tags/{tag.id}/").expect(200).object()
    expect(api.get(f"/tags/{tag.id}/", version="").expect(200).object(), equal_to=expected)
    api.get("/tags/", version="v2").expect(404)


@check("api.version")
def test_a_changelog(files):
    """What changes for callers is written down in `CHANGELOG-API.md`."""
    expect(bool(files.text("CHANGELOG-API.md").strip()), equal_to=True, because="CHANGELOG-API.md says what changes")
