"""A small class, really graded by a worker in sandboxes: as by the pool, in whatever form it was handed in."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course import load_course, project_to
from grader.domain.course import State
from tests.classroom.distributed.farm import KEY, ROOT, ended, valkey

pytestmark = pytest.mark.slow
GRADER = Path(sys.executable).with_name("grader")


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that the users of sandboxes can pass through."""
    with tempfile.TemporaryDirectory(prefix="c-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_folders_and_archives_and_what_is_neither(room: Path, state_dir: Path) -> None:
    submissions = room / "submissions"
    project_to(load_course(ROOT), State(2, True), submissions / "ada")
    shutil.make_archive(str(submissions / "bo"), "zip", submissions / "ada")
    (submissions / "dan").symlink_to(ROOT)
    (submissions / "eve.zip").write_bytes(b"PK\x03\x04" + b"\0" * 400)
    os.mkfifo(submissions / "fay")
    env = os.environ | {"GRADER_CACHE": str(state_dir), "TMPDIR": str(room), "GRADER_WORKER_KEY": KEY}
    (room / "socket").mkdir(mode=0o700)
    with valkey(room / "socket") as socket:
        places = ["--broker", f"redis+socket://{socket}", "--store", str(room / "store")]
        pipe = subprocess.PIPE
        words = [str(GRADER), "worker", *places, "--workers", "2", "--metrics", "off", "--course", str(ROOT)]
        worker = subprocess.Popen(words, env=env, stdout=pipe, stderr=pipe, text=True)
        try:
            for executor in ("pool", "celery"):
                words = [str(GRADER), "class", str(submissions), "--module", "02", "--out", str(room / executor)]
                words += ["--only", "domain.user-role", "--seed", "5", "--author", "Grace", "--course", str(ROOT)]
                words += ["--executor", executor, *(places if executor == "celery" else ["--workers", "2"])]
                run = subprocess.run(words, env=env, capture_output=True, text=True, timeout=400)
                assert run.returncode == 1, run.stdout + run.stderr
                assert "2 graded now; 3 could not be taken in." in run.stdout
        finally:
            code, log = ended(worker, signal.SIGTERM)
    assert (code, log.count("Answered"), "Traceback" in log) == (0, 5, False), log
    books = [(room / executor / "gradebook.csv").read_bytes() for executor in ("pool", "celery")]
    assert books[0] == books[1]
    results = [
        json.loads((room / executor / f"feedback/{name}/result.json").read_text())["provenance"]
        for executor in ("pool", "celery")
        for name in ("ada", "bo")
    ]
    assert len({r["tree_hash"] for r in results}) == 1
    assert results[0]["submission"] == results[2]["submission"] == "submissions/ada"
    assert sorted(p.name for p in room.iterdir()) == ["celery", "pool", "socket", "store", "submissions"]
