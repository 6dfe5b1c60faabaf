"""Task 3: error responses, the plain cases."""

from grader.checkpoint import check, expect, expect_that


@check("api.problems")
def test_plain_problems(api, rng):
    """An error is a problem document: where no route is, and for a body without what is required."""
    api.get(f"/api/{rng.slug()}/", version=None).problem(404)
    api.get(f"/{rng.slug()}/").problem(404)
    api.post("/tags/", as_="editor", json={}).problem(400)
    api.get("/tags/99999999/").problem(404)


@check("api.problems")
def test_headers_beside_problems(api, rng):
    """401 carries `WWW-Authenticate`, 405 carries `Allow`."""
    answer = api.post("/tags/", json={"name": rng.word()})
    answer.problem()
    expect_that(
        answer.status_code != 401 or bool(answer.header("WWW-Authenticate").strip()),
        expected=f"`WWW-Authenticate` with the 401 for {answer.asked}",
        observed="no such header",
    )
    answer = api.delete("/tags/", as_="admin")
    answer.problem()
    expect_that(
        answer.status_code != 405 or "allow" in answer.headers,
        expected=f"`Allow` with the 405 for {answer.asked}",
        observed="no such header",
    )


@check("api.field-errors")
def test_a_field_and_a_parameter(api):
    """A 400 names the field by a JSON pointer, or the parameter of a `GET`."""
    answer = api.post("/posts/", as_="contributor", json={"body": "text"})
    pointers = [entry.get("pointer") for entry in answer.problem(400).get("errors", [])]
    expect(pointers, equal_to=["#/title"], because="title is required")
    wrong = {"page=0": "page", "page_size=101": "page_size", "status=none": "status", "ordering=none": "ordering"}
    answers = {name: api.get(f"/posts/?{query}") for query, name in wrong.items()}
    refused = {name: answer for name, answer in answers.items() if answer.status_code == 400}
    expect_that(bool(refused), expected=f"400 for one of {', '.join(wrong)}", observed="none of them is refused")
    for name, answer in refused.items():
        named = [entry.get("parameter") for entry in answer.problem().get("errors", [])]
        expect_that(
            named == [name], expected=f"`errors` with the parameter `{name}` for {answer.asked}", observed=named
        )


@check("api.odd-input")
def test_no_json(api, rng):
    """A body that is not JSON is a 400 without `errors`, one in another media type 415."""
    name = rng.word()
    api.post("/tags/", as_="editor", json={"name": name}).expect(201)
    broken = api.post("/tags/", as_="editor", body=b'{"name": ', headers={"Content-Type": "application/json"})
    broken.expect(400)
    expect("errors" in broken.object(), equal_to=False, because="a body that is not JSON has no fields")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    api.post("/tags/", as_="editor", body=b"name=a", headers=form).expect(415)


@check("api.odd-input")
def test_a_text_that_no_column_holds(api, rng):
    """A text with a NUL character, or with half of a surrogate pair, is a 400."""
    api.post("/posts/", as_="contributor", json={"title": f"{rng.title()} \U0001f600"}).expect(201)
    for odd in ("\0", "\ud800"):
        api.post("/posts/", as_="contributor", json={"title": f"{rng.title()}{odd}"}).expect(400)


@check("api.server-error")
def test_a_server_error(api_with):
    """With the database stopped an answer is a 500 that says nothing of what happened."""
    api = api_with()
    api.get("/tags/").expect(200)
    api.cut("postgres")
    answer = api.get("/tags/")
    answer.problem(500)
    told = [word for word in ("Traceback", "psycopg", "OperationalError", "connection", ".py") if word in answer.text]
    expect_that(not told, expected="nothing of what happened in the 500", observed=f"the body says {', '.join(told)}")


@check("api.server-error")
def test_pages_outside(api, rng):
    """Outside `/api/` errors are pages."""
    for path in (f"/{rng.slug()}/", f"/api-{rng.slug()}/"):
        answer = api.get(path, version=None, headers={"Accept": "text/html"}).expect(404)
        kind = answer.header("Content-Type").partition(";")[0]
        expect(kind, equal_to="text/html", because=f"{answer.asked} is outside of the API")
