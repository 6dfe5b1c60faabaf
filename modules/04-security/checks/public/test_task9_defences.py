"""Task 9, documentation and static analysis: the plain cases."""

from grader.checkpoint import check, expect_that

AS_JSON = {"Accept": "application/vnd.oai.openapi+json"}


@check("defences.documented")
def test_the_checklist_has_thirty_items(files):
    """`security/asvs.toml` has at least 30 items."""
    items = files.toml("security/asvs.toml").get("items")
    count = len(items) if isinstance(items, list) else 0
    expect_that(count >= 30, expected="at least 30 `[[items]]` in security/asvs.toml", observed=f"{count}")


@check("defences.scanners")
def test_a_scanner_for_secrets_is_a_hook(files):
    """`.pre-commit-config.yaml` runs detect-secrets or gitleaks."""
    hooks = [hook for repo in files.yaml(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    said = [f"{hook.get('id')} {hook.get('entry', '')}" for hook in hooks]
    found = any(name in one for one in said for name in ("detect-secrets", "gitleaks"))
    expect_that(found, expected="a hook that is detect-secrets or gitleaks", observed=", ".join(said))


@check("defences.openapi")
def test_login_is_in_the_document(api):
    """The document has `POST /api/v1/auth/login/`, and a security scheme for tokens."""
    document = api.get("/schema/", headers=AS_JSON).expect(200).object()
    said = str(document["paths"])
    expect_that("/auth/login/" in said, expected="/auth/login/ in the document", observed="it is not there")
    schemes = document["components"]["securitySchemes"].values()
    bearer = [one for one in schemes if one.get("type") == "http" and str(one.get("scheme")).lower() == "bearer"]
    expect_that(bool(bearer), expected="a security scheme of type `http`, `bearer`", observed=list(schemes))
