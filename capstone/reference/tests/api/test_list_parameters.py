# FILE SOLUTION 03
"""What the parameters of lists are answered with: the brief, task 6."""

import pytest
from rest_framework.test import APIClient

from tests.api.conftest import World

TABLE = """
    posts/?status=lost                                400 status
    posts/?status=                                    400 status
    posts/?page=first                                 400 page
    posts/?page=0                                     400 page
    posts/?page=                                      400 page
    posts/?page_size=0                                400 page_size
    posts/?page_size=101                              400 page_size
    posts/?page_size=                                 400 page_size
    posts/?ordering=body                              400 ordering
    posts/?ordering=                                  400 ordering
    posts/?published_after=2026-01-01                 400 published_after
    posts/?published_after=2026-01-01T00:00:00        400 published_after
    posts/?published_before=                          400 published_before
    comments/?post=x                                  400 post
    comments/?post=                                   400 post
    comments/?status=lost                             400 status
    tags/?limit=101                                   400 limit
    tags/?limit=                                      400 limit
    tags/?offset=-1                                   400 offset
    categories/?offset=                               400 offset
    users/?role=boss                                  400 role
    users/?is_active=1                                400 is_active
    users/?is_active=                                 400 is_active
    users/?ordering=email                             400 ordering
    posts/?page=2                                     404
    comments/?cursor=nowhere                          404
    comments/?cursor=!!!                              404
    comments/?cursor=bm9uc2Vuc2U=                     404
    comments/?cursor=%00                              404
    posts/?author=&category=&tag=&search=             200 1
    posts/?unknown=x                                  200 1
    posts/?page=1&author=nobody                       200 0
    posts/?status=published&author=nobody             200 0
    posts/?published_after=2026-01-01T00:00:00%2B01:00 200 1
    posts/?ordering=-title                            200 1
    comments/?cursor=                                 200 1
    comments/?post=0                                  200 0
    tags/?offset=500                                  200 0
    tags/?offset=999999999                            200 0
    posts/?format=xml                                 200 1
    categories/?limit=100                             200 1
    users/?search=                                    200 4
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines(), ids=str.strip)
def test_parameters(line: str, admin_client: APIClient, world: World) -> None:
    query, status, *more = line.split()
    answer = admin_client.get(f"/api/v1/{query}")
    assert answer.status_code == int(status)
    if status == "400":
        [error] = answer.json()["errors"]
        assert error["parameter"] == more[0]
        assert "pointer" not in error
    if status == "200":
        assert len(answer.json()["results"]) == int(more[0])
