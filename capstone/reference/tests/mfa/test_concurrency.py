# FILE SOLUTION 06
"""One code in two hands at the same moment, on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from mfa.models import SecondFactor
from tests.mfa.conftest import Person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one write at a time; set DATABASE_URL to a PostgreSQL",
    ),
]
HANDS = 8


def at_once(work: Callable[[], int]) -> list[int]:
    """What comes of it in as many threads."""

    def apart() -> int:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return sorted(
            done.result() for done in [pool.submit(apart) for _ in range(HANDS)]
        )


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_opens_one_session(person: Person, kind: str) -> None:
    code = person.phone.code() if kind == "app" else person.recovery[0]
    challenge = person.challenge()
    answers = at_once(lambda: person.code_step(code, challenge).status_code)
    assert answers.count(200) == 1
    assert set(answers) == {200, 401, 429}


def test_guesses_at_once_are_no_more_than_the_limit(person: Person) -> None:
    wrong, challenge = person.phone.wrong(), person.challenge()
    answers = at_once(lambda: person.code_step(wrong, challenge).status_code)
    assert answers == [401] * 5 + [429] * 3
    assert SecondFactor.objects.get().locked_until is not None
