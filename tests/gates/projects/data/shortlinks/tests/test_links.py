import pytest

from links.models import Link

pytestmark = pytest.mark.django_db
SECURE = {"HTTP_X_FORWARDED_PROTO": "https"}


def post(client, code, target="https://example.org/a"):
    body = {"code": code, "target": target}
    return client.post("/api/links", body, content_type="application/json", **SECURE)


def test_a_link_is_made_once(client):
    made = post(client, "one")
    assert (made.status_code, made.json()) == (
        201,
        {"code": "one", "target": "https://example.org/a", "clicks": 0},
    )
    assert post(client, "one").status_code == 409
    assert str(Link.objects.get()) == "one"


@pytest.mark.parametrize("code", ["", "Not a code", "x" * 21])
def test_a_wrong_code_is_refused(client, code):
    assert post(client, code).status_code == 422
    assert not Link.objects.exists()


def test_a_click_is_counted_on_its_link_alone(client):
    Link.objects.create(code="a", target="https://example.org/a")
    Link.objects.create(code="b", target="https://example.org/b")
    for clicks in (1, 2):
        assert client.get("/api/links/b", **SECURE).json()["clicks"] == clicks
    assert Link.objects.get(code="a").clicks == 0


def test_links_are_listed_by_code(client):
    for code in ("b", "a", "c"):
        Link.objects.create(code=code, target="https://example.org/")
    found = client.get("/api/links", **SECURE).json()
    assert [link["code"] for link in found] == ["a", "b", "c"]


def test_there_is_no_such_link(client):
    answer = client.get("/api/links/none", **SECURE)
    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": "There is no such link."},
    )
