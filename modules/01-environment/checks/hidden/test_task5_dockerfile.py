"""Task 5, containers: the Dockerfile and what gets into the image, read as data."""

import re

import pytest

from grader.checkpoint import check, expect_that, fail

PYTHON = re.compile(r"(?:docker\.io/)?(?:library/)?python:3\.1[23](?:\.\d+)?(?:-[\w.-]+)?(?:@sha256:[0-9a-f]{64})?")
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL", re.IGNORECASE)


@check("env.dockerfile")
def test_the_image_it_builds_on(final):
    """The final stage comes from the official python image, 3.12 or 3.13, by an exact tag."""
    base = final[-1].base
    expect_that(PYTHON.fullmatch(base) is not None, expected="python:3.13-slim or the like", observed=base)


@check("env.dockerfile")
def test_no_stage_is_latest(stages):
    """No stage builds on `latest`, or on an image without a tag."""
    names = {stage.name for stage in stages} | {"scratch"}
    bases = [stage.base for stage in stages if stage.base.lower() not in names]
    assert [base for base in bases if base.endswith(":latest") or not re.search(r"[:@][^/]+$", base)] == []


@check("env.dockerfile")
def test_every_python_is_pinned(stages):
    """Every stage that builds on the python image does so by a tag of 3.12 or 3.13."""
    pythons = [stage.base for stage in stages if re.match(r"(?:docker\.io/)?(?:library/)?python(?:[:@]|$)", stage.base)]
    assert [base for base in pythons if not PYTHON.fullmatch(base)] == []


@check("env.dockerfile")
def test_no_rule_is_ignored(files):
    """No rule of hadolint is ignored in the file."""
    ignored = [
        n for n, line in enumerate(files.text("Dockerfile").splitlines(), 1) if re.match(r"\s*#\s*hadolint\b", line)
    ]
    assert ignored == []


@check("env.dockerfile-user")
def test_who_runs_it(final):
    """The last `USER` of the final stage is not root, by name or number."""
    user = next((user for stage in final if (user := stage.last("USER"))), None)
    name = (user or "root").partition(":")[0].strip("\"'")
    expect_that(
        name not in ("root", "") and not re.fullmatch(r"0+", name), expected="another user than root", observed=name
    )


@check("env.dockerfile-serves")
def test_what_is_started(web_starts):
    """gunicorn serves, not the development server."""
    started = re.sub(r"(?m)(?:^|\s)#.*$", "", web_starts)  # what a script says in comments starts nothing
    assert "gunicorn" in started
    assert "runserver" not in started


@check("env.image-secrets")
def test_no_secret_is_an_argument_of_all_stages(files):
    """No `ARG` before the first `FROM` is for a secret either."""
    before = re.split(r"(?mi)^\s*FROM\s", files.text("Dockerfile"))[0].replace("\\\n", " ")
    for arguments in re.findall(r"(?mi)^\s*ARG\s+(.*)$", before):
        if named := named_secret(arguments):
            fail(expected="no secret in the image", observed=f"ARG {named}", where="Dockerfile")


@check("env.image-secrets")
def test_no_secret_is_baked_in(stages):
    """No `ARG` or `ENV` holds a secret."""
    for stage in stages:
        for word, arguments in stage.instructions:
            if word in ("ARG", "ENV") and (named := named_secret(arguments, several=word == "ARG")):
                fail(expected="no secret in the image", observed=f"{word} {named}", where="Dockerfile")


def named_secret(arguments, *, several=True):
    """The first variable of an ARG or ENV whose name says that it is secret; ``several`` may stand without values."""
    names = re.findall(r"(?<!\w)(\w+)=", arguments) if "=" in arguments else arguments.split()[:1]
    if several:
        names += [word for word in arguments.split() if re.fullmatch(r"\w+", word)]
    return next((name for name in names if SECRET.search(name)), None)


@check("env.image-secrets")
@pytest.mark.parametrize("path", [".git/config", ".git/HEAD", ".git/objects/0a/1b2c", ".env"])
def test_what_stays_out(kept_out, path):
    """`.dockerignore` keeps `.git` and `.env` out of the image, and lets the code in."""
    assert not kept_out("src/config/wsgi.py"), "it keeps the code out"
    assert kept_out(path), f"{path} gets into the image"
