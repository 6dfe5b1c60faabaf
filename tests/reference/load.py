"""The finished application at 20,000 posts and 200,000 comments, visited: ``python -m tests.reference.load [SECONDS]``.

A measurement for people to read, on a machine that does nothing else; no test depends on it.
"""

import os
import sys
import tempfile
from pathlib import Path

import platformdirs

from grader.course import load_course, project_to
from grader.domain.course import State
from grader.environment import prepare
from tests.reference.conftest import COURSE, compose_environment
from tests.reference.machine import machine
from tests.reference.outside import UNLIMITED, binds, visit
from tests.reference.platform import PASSWORD, start_platform, start_worker

VISITOR = (
    "from accounts.models import User; User.objects.create_user("
    "'editor-ann', email='ann@example.org', password='seen from outside', role='editor')"
)


def main(seconds: int) -> None:
    """Make the rows by the command that ships, let twenty people visit for so long, and print milliseconds."""
    cache = Path(os.environ.get("GRADER_CACHE") or platformdirs.user_cache_path("django-track"))
    with tempfile.TemporaryDirectory() as folder:
        project = project_to(load_course(COURSE), State(5, True), Path(folder) / "project")
        (project / "staticfiles").mkdir()
        site = prepare(project, course_lock=project, cache=cache / "environments", progress=lambda _: None).site
        env = {**compose_environment(project), **UNLIMITED}
        with machine(project, site, Path(folder) / "room", env=env, binds=binds(cache)) as running:
            start_platform(running)
            start_worker(running)
            _say(running.sh("python manage.py make_sample_data", seconds=300))
            running.sh(f'python manage.py shell --no-imports -c "{VISITOR}"')
            running.sh(f"PGPASSWORD={PASSWORD} psql -h db -U app app -c ANALYZE || true")
            _say(running.sh("LOG_LEVEL=WARNING python manage.py measure_lists", seconds=120))
            _say("  requests  failed  median     p95     p99  ms")
            for kind in visit(running, seconds=seconds):
                _say(_row(kind))


def _row(kind: dict[str, object]) -> str:
    times = kind["response_times"]
    assert isinstance(times, dict)
    spent = sorted(float(ms) for ms, count in times.items() for _ in range(count))
    half, most, nearly_all = (spent[int(len(spent) * share)] for share in (0.5, 0.95, 0.99))
    counts = f"{kind['num_requests']:10} {kind['num_failures']:7}"
    return f"{counts} {half:7.0f} {most:7.0f} {nearly_all:7.0f}      {kind['name']}"


def _say(text: str) -> None:
    sys.stdout.write(text.rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
