"""Runbooks, followed on a deployment that answers as runbooks name it (task 9)."""

from dataclasses import dataclass

import pytest

from grader.checkpoint import expect_that

REVOCATION = "docs/runbooks/token-revocation.md"
NAMED = {"ALLOWED_HOSTS": "localhost,127.0.0.1,web", "SECURE_SSL_REDIRECT": "false"}  # `http://web:8000` is answered
SLOW_S = 60.0  # for an answer of a server that has just begun


@dataclass(frozen=True)
class LogIn:
    """One log-in of somebody: the tokens that it gave."""

    access: str
    refresh: str


@pytest.fixture
def log_in(rng):
    """``log_in(it, name)`` is a new log-in of that account, which is registered unless it was before."""
    passwords = {}

    def begin(it, name):
        if name not in passwords:
            passwords[name] = f"{rng.word()}-{rng.getrandbits(64):x}"
            sent = {"username": name, "email": f"{name}@example.com", "password": passwords[name]}
            it.web.post("/auth/register/", json=sent, within_s=SLOW_S).expect(202)
        sent = {"username": name, "password": passwords[name]}
        tokens = it.web.post("/auth/login/", json=sent, within_s=SLOW_S).expect(200).object()
        return LogIn(tokens.get("access"), tokens.get("refresh"))

    return begin


@pytest.fixture
def access():
    """``access(it, one)`` is the status with which the API answers the access token of a log-in: 200 or 401."""

    def ask(it, one):
        sent = {"Authorization": f"Bearer {one.access}"}
        return int(it.web.get("/users/me/", headers=sent, within_s=SLOW_S).expect(200, 401).status_code)

    return ask


@pytest.fixture
def refresh():
    """``refresh(it, one)`` is the status with which the refresh token of a log-in is answered: 200 or 401."""

    def ask(it, one):
        answer = it.web.post("/auth/refresh/", json={"refresh": one.refresh}, within_s=SLOW_S)
        return int(answer.expect(200, 401).status_code)

    return ask


@pytest.fixture
def revocation(platform, rng, log_in):
    """``it, third = revocation()``: a deployment with `ann`, `operator` and a third person, whose name is drawn.

    ``operator`` is an admin: a project may ask that of whoever acts.
    """

    def make():
        it = platform(env=NAMED)
        for name in ("ann", "operator"):
            log_in(it, name)
        it.web.db.update("accounts_user", {"role": "admin"}, username="operator")
        return it, f"third-{rng.getrandbits(32):x}"

    return make


@pytest.fixture
def revoke():
    """``before, after = revoke(it, old, look)`` follows the runbook of token revocation; ``old`` is `OLD_TOKEN`.

    They are what ``look()`` gives right before the application is started again for the first time, and right after
    it was for the last time.
    """

    def follow(it, old, look):
        page, seen, done = it.runbook(REVOCATION, env={"OLD_TOKEN": old}), [], []
        expect_that(
            page.restarts > 0,
            expected=f"in {REVOCATION} a block that is not run and says `rollout restart`",
            observed="none",
        )

        def restart(page):
            if not done:
                seen.append(look())
            it.restart_as_exported(page)
            done.append(page)
            if len(done) == page.restarts:
                seen.append(look())

        page.follow(restart=restart)
        return seen

    return follow
