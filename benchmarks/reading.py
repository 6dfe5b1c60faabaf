"""What it costs to read a submission in processes without rights: `python -m benchmarks.reading`."""

import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import yaml

from grader.course.git import git
from grader.environment import compose_problems, read_lock
from grader.intake import take_in
from grader.reader.client import Reader

PROJECT = Path(__file__).parents[1] / "capstone" / "reference"
ROUNDS = 7


def main() -> None:
    """Print milliseconds, the median of some rounds in turn."""
    with tempfile.TemporaryDirectory(prefix="track-bench-") as name:
        ways = _ways(Path(name))
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(ROUNDS):
            for way, measured in ways.items():
                began = time.perf_counter()
                measured()
                times[way].append(time.perf_counter() - began)
    for way, taken in times.items():
        print(f"{statistics.median(taken) * 1000:6.0f} ms  {way}")


def documents() -> None:
    """Every document that the checks of module 01 read, in one child, as one lane of checks does."""
    with Reader("toml", "yaml", "json") as reader:
        for name in ("pyproject.toml", "poetry.lock"):
            reader.read("toml", (PROJECT / name).read_bytes())
        for name in ("docker-compose.yml", ".pre-commit-config.yaml"):
            reader.read("yaml", (PROJECT / name).read_bytes())


def _ways(room: Path) -> dict[str, Callable[[], object]]:
    number = iter(range(10_000))
    packed, repository = room / "packed.zip", room / "repository"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(PROJECT.rglob("*")):
            archive.write(path, path.relative_to(PROJECT))
    taken = take_in(PROJECT, into=repository)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        git(repository, "-c", "user.name=x", "-c", "user.email=x@example.org", *words)
    compose = yaml.safe_load((taken.root / "docker-compose.yml").read_text("utf-8"))
    return {
        "documents of module 01, one child": documents,
        "a lock not seen before": lambda: read_lock(PROJECT),
        "a Compose file held against its schema": lambda: compose_problems(compose),
        "take in a folder (no child)": lambda: take_in(PROJECT, into=room / str(next(number))),
        "take in the same from a zip": lambda: take_in(packed, into=room / str(next(number))),
        "take in the same from a commit": lambda: take_in(repository, into=room / str(next(number)), commit="main"),
    }


if __name__ == "__main__":
    main()
