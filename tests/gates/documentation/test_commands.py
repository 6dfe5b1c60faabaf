"""Commands of a README: which a machine can run by itself, and that they are run, with nothing in between."""

from dataclasses import replace

import pytest

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates.documentation import running
from grader.gates.documentation.commands import commands, why_unrun
from grader.gates.documentation.markdown import Page, pages
from grader.gates.subject import Subject
from tests.gates.documentation.project import FILES
from tests.gates.suite.conftest import SubjectOf

UNRUN = {
    "it waits for a person": [
        "python manage.py createsuperuser",
        "poetry run ./manage.py dbshell",
        "python3 manage.py shell",
        "vim .env",
        "cp .env.example .env && nano .env",
    ],
    "it serves until it is stopped": [
        "poetry run python manage.py runserver 0.0.0.0:8000",
        "DEBUG=1 gunicorn config.wsgi",
        "uv run celery -A config worker",
        "python -m uvicorn config.asgi:application",
        "tail -f log.txt",
    ],
    "it asks the network, installs or builds": [
        "git clone somewhere",
        "poetry install",
        "python -m pip install -r requirements.txt",
        "docker compose up --build",
        "curl localhost:8000/healthz",
        "cd app && npm install",
        "psql -c 'select 1'",
        "sudo -u postgres createdb app",
    ],
    "it has a gap for the reader to fill": [
        "export SECRET_KEY=<your key>",
        "DATABASE_URL=postgres://… pytest",
        "python manage.py loaddata path/to/file.json",
        "ping shop.example.com",
    ],
    "it is a target of make": ["make test"],
    "it makes or enters an environment": [
        "python3 -m venv .venv && source .venv/bin/activate",
        ". .venv/bin/activate",
        "virtualenv env",
    ],
    "it runs the whole suite of tests": ["python manage.py test"],
}
RUN = [
    "python manage.py migrate",
    ". ./.env",
    "poetry run python manage.py createsuperuser --no-input",
    "python manage.py shell -c 'print(1)'",
    "poetry run pytest",
    "cp .env.example .env",
    "ruff check . && black --check .  # then git commit",
    "gunicorn --version",
    "python manage.py spectacular --file openapi.yaml",
]


@pytest.mark.parametrize(("why", "text"), [(why, text) for why, texts in UNRUN.items() for text in texts])
def test_what_no_machine_can_run_by_itself_is_not_run(why: str, text: str) -> None:
    assert why_unrun(text) == why


@pytest.mark.parametrize("text", RUN)
def test_everything_else_is_run(text: str) -> None:
    assert why_unrun(text) == ""


def test_where_commands_are() -> None:
    text = """# A
```console
$ one \\
>   more
its output
# two
```
```sh
# a comment
three  # and why
```
```sh
$ four
its output
```
```python
five
```
```bash
for x in a b; do
  echo $x
done
```
~~~
six
"""
    found = [(command.text, command.line) for command in commands(Page("README.md", text))]
    assert found == [
        ("one   more", 3),
        ("three  # and why", 10),
        ("four", 13),
        ("for x in a b; do\n  echo $x\ndone", 20),
    ]


def measured(subject_of: SubjectOf, readme: str, files: dict[str, str] | None = None) -> Measurement:
    with subject_of({**FILES, "README.md": readme, **(files or {})}) as subject:
        return running.measure(subject, pages(subject.submission, subject.files))


GOOD = """# A shop

```console
$ cp .env.example .env
$ grep -q shop .env
$ poetry run python manage.py migrate
$ python manage.py createsuperuser
$ pytest
```

```sh
python manage.py shell -c "from shop.models import Item; assert not Item.objects.exists()"
docker compose up
export GREETING="good day"
cd src
[[ -d config && "$GREETING" == "good day" ]]
python -m pytest ../tests
```
"""
BAD = """```sh
python manage.py check
python manage.py chekc
cp .env.sample .env
python -c "import nothing_of_the_kind"
kill -9 $PPID; python -c "open('/proc/%d/fd/3' % __import__('os').getppid(), 'w')"
pytest tests/none.py
cd nowhere
```
"""


@pytest.mark.slow
def test_control_what_works_works_in_one_copy_with_the_services(subject_of: SubjectOf) -> None:
    found = measured(subject_of, GOOD)
    assert (found.status, found.value, found.reason) == (Status.PASSED, 0, ""), found.findings
    assert sorted(finding.message.split("`")[1] for finding in found.findings) == [
        "docker compose up",
        "python manage.py createsuperuser",
    ]


@pytest.mark.slow
def test_commands_may_write_to_their_copy_although_nobody_may_to_ours(subject_of: SubjectOf) -> None:
    with subject_of({"README.md": "```sh\necho x >>README.md\ntouch new\n```\n"}) as subject:
        (subject.submission / "README.md").chmod(0o444)
        subject.submission.chmod(0o555)
        found = running.measure(subject, pages(subject.submission, subject.files))
    assert (found.value, found.reason) == (0, ""), found.findings


@pytest.mark.slow
def test_each_command_that_fails_is_found_in_its_line(subject_of: SubjectOf) -> None:
    """None of them gets at the program that writes down how they end: it is another's, and holds the descriptor."""
    found = measured(subject_of, BAD.replace("kill -9 $PPID; ", ""))
    failed = [finding for finding in found.findings if finding.rule == "commands.failed"]
    assert [finding.where.line for finding in failed if finding.where] == [3, 4, 5, 6, 7, 8]
    assert found.value == 6
    assert "Unknown command" in failed[0].detail


@pytest.mark.slow
def test_who_ends_what_writes_down_how_commands_end_gets_no_number(subject_of: SubjectOf) -> None:
    found = measured(subject_of, BAD)
    assert found.status is Status.FAILED
    assert "came to no end" in found.reason


@pytest.mark.slow
def test_a_command_that_never_ends_is_a_failure(subject_of: SubjectOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_ONE_S", 2.0)
    found = measured(subject_of, "```sh\nsleep 1000\necho x\n```\n")
    assert [finding.message for finding in found.findings] == ["`sleep 1000` does not end within 2 s on a fresh copy."]


@pytest.mark.parametrize(
    "files", [{}, {"README.md": "# Headings\n\n## without\n\n## content\n"}, {"README.md": "```\nx\n```\n"}]
)
def test_a_readme_of_headings_tells_nobody_how_to_start(subject_of: SubjectOf, files: dict[str, str]) -> None:
    with subject_of(files) as subject:
        found = running.measure(subject, pages(subject.submission, subject.files))
    assert found.status is Status.FAILED
    assert "nobody knows how to start" in found.reason


def test_a_readme_in_another_format_is_not_read(subject_of: SubjectOf) -> None:
    with subject_of({"README.rst": "A shop\n======\n"}) as subject:
        found = running.measure(subject, pages(subject.submission, subject.files))
    assert found.status is Status.NOT_APPLICABLE


def test_without_isolation_no_command_is_run(subject_of: SubjectOf) -> None:
    with subject_of({"README.md": "```sh\ntouch ran\n```\n"}) as subject:
        spec = replace(subject.spec, sandbox="process")
        with Subject(spec) as own, pytest.raises(EnvironmentError_, match="in a sandbox only"):
            running.measure(own, pages(own.submission, own.files))
