"""Task 3, production: the plain cases."""

from grader.checkpoint import check, expect_that

HTTPS = {"Host": "example.org", "X-Forwarded-Proto": "https"}


@check("env.deploy-check")
def test_django_has_nothing_to_say(manage, production):
    """`manage.py check --deploy --fail-level WARNING` is clean in production."""
    words = "check", "--deploy", "--fail-level", "WARNING"
    ran = manage.core(*words, settings="config.settings.production", env=production)
    expect_that(ran.code == 0, expected="no warning", observed="there are some")


@check("env.https")
def test_plain_http_is_redirected(ready_site):
    """A plain HTTP request is redirected to HTTPS."""
    answer = ready_site.get("/admin/login/", headers={"Host": "example.org"})
    assert answer.status_code in (301, 302, 307, 308)
    assert answer.header("Location") == "https://example.org/admin/login/"


@check("env.hosts")
def test_a_strange_host(ready_site):
    """A host that is not in `ALLOWED_HOSTS` gets 400."""
    assert ready_site.get("/admin/login/", headers=HTTPS).status_code != 400
    assert ready_site.get("/admin/login/", headers=HTTPS | {"Host": "evil.example"}).status_code == 400
