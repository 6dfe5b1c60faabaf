"""Task 8: the OpenAPI document, the plain case."""

from grader.checkpoint import check, expect_that

AS_JSON = {"Accept": "application/vnd.oai.openapi+json"}


@check("api.documents")
def test_the_document_is_there(api):
    """`/api/v1/schema/` gives an OpenAPI 3 document, `/api/v1/docs/` and `/api/v1/redoc/` are pages."""
    version = api.get("/schema/", headers=AS_JSON).expect(200).object().get("openapi")
    expect_that(str(version).startswith("3."), expected="an OpenAPI 3 document", observed=f"openapi: {version}")
    for path in ("/docs/", "/redoc/"):
        kind = api.get(path, headers={"Accept": "text/html"}).expect(200).header("Content-Type")
        expect_that(kind.startswith("text/html"), expected=f"a page at /api/v1{path}", observed=kind)
