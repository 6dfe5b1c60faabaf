"""What stands at the root of the site."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_the_admin_asks_who_is_there(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 200
    assert "csrftoken" in answer.cookies


def test_an_unknown_address_is_a_404_without_debug_page(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert b"DEBUG" not in answer.content
