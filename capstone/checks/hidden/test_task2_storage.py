"""Task 2: what is stored of a second factor, what is logged, and who can take it away."""

import base64
import secrets

from grader.checkpoint import check, expect, expect_that


def forms(factor):
    """The ways in which a secret or a recovery code could stand somewhere as it is, in lower case."""
    plain = {"the secret": factor.secret.rstrip("="), "the secret in hexadecimal digits": factor.key.hex()}
    plain["the secret in Base64"] = base64.b64encode(factor.key).decode().rstrip("=")
    for number, code in enumerate(factor.codes[:3], 1):
        plain[f"recovery code {number}"] = code
        plain[f"recovery code {number} without separators"] = "".join(one for one in code if one.isalnum())
    return {what: value.lower() for what, value in plain.items()}


@check("mfa.storage", seconds=180)
def test_no_table_has_it(api, begin_factor, with_factor):
    """No table has a secret or a recovery code in a form that anybody could use."""
    begun, confirmed = begin_factor(api, "reader"), with_factor(api, "editor")
    plain = {**forms(confirmed), "a secret that was not confirmed": begun.secret.rstrip("=").lower()}
    for table in api.db.tables():
        text = "\n".join(_text(value) for row in api.db.rows(table) for value in row.values()).lower()
        found = [what for what, value in plain.items() if value in text]
        expect(found, equal_to=[], because=f"a stolen copy of {table} gives nobody a second factor")


def _text(value):
    return f"{value.hex()} {value.decode('latin-1')}" if isinstance(value, bytes) else str(value)


def key():
    """A key that every way of encrypting takes: 32 random bytes in Base64 for addresses."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@check("mfa.storage", seconds=300)
def test_keys(api_with, with_factor, code_step, got_in):
    """New secrets are under the first key, old ones can be read while theirs is there, and nobody else reads them."""
    first, second = key(), key()
    api = api_with(env={"MFA_ENCRYPTION_KEYS": first})
    old, other = with_factor(api, "editor"), with_factor(api, "reader")
    api_with.restart(api, env={"MFA_ENCRYPTION_KEYS": f"{second},{first}"})
    got_in(code_step(old, old.code(1)), old, because="its key is still in `MFA_ENCRYPTION_KEYS`")
    new = with_factor(api, "contributor")
    api_with.restart(api, env={"MFA_ENCRYPTION_KEYS": second})
    got_in(code_step(new, new.code(1)), new, because="new secrets are under the first key")
    status = code_step(other, other.code(1)).status_code
    expect_that(status != 200, expected="no log-in by a secret whose key is gone", observed=f"{status}")


@check("mfa.storage", seconds=240)
def test_what_is_logged(platform, with_factor, code_step, got_in, admin_login, rng):
    """Neither secrets nor codes, right ones or wrong ones, stand in a log line."""
    it = platform()
    factor = with_factor(it.web, "editor")
    right, wrong = factor.code(1), f"zq{rng.getrandbits(64):x}"
    got_in(code_step(factor, right), factor)
    for code in (wrong, factor.recovery()):
        code_step(factor, code).expect(200, 401)
    admin_login(it.web, "editor", code=wrong)
    said = it.web.place.server.output().decode("utf-8", "replace").lower()
    expect_that(bool(said.strip()), expected="log lines", observed="none")
    plain = {**forms(factor), "a wrong code": wrong}
    expect([what for what, value in plain.items() if value in said], equal_to=[], because="logs are read by many")


@check("mfa.storage", seconds=240)
def test_the_command(platform, with_factor, password_step, written):
    """`reset_second_factor NAME --by YOU` takes it away and writes down who did; other than 0 where there is none."""
    it = platform()
    factor, admin = with_factor(it.web, "editor"), it.web.people["admin"]

    def reset(name):
        return it.command("manage.py", "reset_second_factor", name, "--by", admin.username)

    ran = reset(factor.person.username)
    expect_that(ran.ok, expected="exit code 0", observed=f"{ran.code}: {ran.out[-200:]}")
    password_step(it.web, "editor").expect(200, because="the second factor was taken away")
    entry = [(admin.id, "accounts.user", str(factor.person.id))]
    expect(written(it.web, "mfa_reset"), equal_to=entry, because="whoever reset it is written down")
    for name in (factor.person.username, "nobody-has-this-name"):
        expect_that(not reset(name).ok, expected="another exit code than 0 where there is none", observed="0")
    expect(written(it.web, "mfa_reset"), equal_to=entry, because="nothing was reset")
