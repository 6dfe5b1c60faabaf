"""Task 5: conditional requests, the plain cases."""

from grader.checkpoint import check, stored_rows

COLLECTIONS = ("posts", "comments", "categories", "tags", "users")


@check("api.etag", seconds=60)
def test_a_tag_for_all_that_is_read(api, paths, tag_of):
    """A GET of a list, of an object and of `/users/me/` has a strong `ETag`; with it `If-None-Match` is 304."""
    read = [path for name in COLLECTIONS for path in (paths(name), f"/{name}/")]
    for path in (*read, "/users/me/"):
        tag = tag_of(path)
        known = api.get(path, as_="admin", headers={"If-None-Match": tag}).expect(304)
        assert (known.body, known.header("ETag")) == (b"", tag)


@check("api.etag", seconds=60)
def test_another_content_another_tag(api, paths, changes, tag_of):
    """When an object has changed its `ETag` is another one, and the old one gives 200."""
    for name in COLLECTIONS:
        path = paths(name)
        old = tag_of(path)
        api.patch(path, as_="admin", json=changes(name)).expect(200)
        new = tag_of(path)
        assert new != old, f"{path} has changed, and its ETag is still {old}"
        api.get(path, as_="admin", headers={"If-None-Match": old}).expect(200)


@check("api.if-match", seconds=60)
def test_a_change_with_the_present_tag(api, paths, changes, tag_of):
    """A `PATCH` with the present `ETag` in `If-Match` is done."""
    for name in COLLECTIONS:
        path = paths(name)
        body = changes(name)
        api.patch(path, as_="admin", json=body, headers={"If-Match": tag_of(path)}).expect(200)
        assert api.get(path, as_="admin").object().items() >= body.items()


@check("api.if-match", seconds=60)
def test_a_change_with_an_old_tag(api, db, paths, changes, tag_of):
    """A `PATCH` with the `ETag` of what the object was before is 412 and changes nothing."""
    for name in COLLECTIONS:
        path = paths(name)
        old = tag_of(path)
        api.patch(path, as_="admin", json=changes(name)).expect(200)
        before = stored_rows(db)
        api.patch(path, as_="admin", json=changes(name), headers={"If-Match": old}).expect(412)
        assert stored_rows(db) == before
