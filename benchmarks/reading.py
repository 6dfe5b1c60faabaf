"""What it costs to read a submission in processes without rights: `python -m benchmarks.reading`."""

import resource
import statistics
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import yaml

from grader.course.git import git
from grader.environment import read_lock
from grader.intake import take_in
from grader.reader.client import Reader
from grader.tools.compose import compose_problems

PROJECT = Path(__file__).parents[1] / "capstone" / "reference"
ROUNDS = 7


def main() -> None:
    """Print milliseconds by the clock and of processor time, children included: medians of some rounds in turn."""
    with tempfile.TemporaryDirectory(prefix="track-bench-") as name:
        ways = _ways(Path(name))
        times: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        for _ in range(ROUNDS):
            for way, measured in ways.items():
                began, spent = time.perf_counter(), _processor()
                measured()
                times[way].append((time.perf_counter() - began, _processor() - spent))
    for way, taken in times.items():
        wall, processor = (statistics.median(part) * 1000 for part in zip(*taken, strict=True))
        print(f"{wall:6.0f} ms {processor:6.0f} ms processor  {way}")


def _processor() -> float:
    """Seconds of processor time of this process and of its children that have ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def documents() -> None:
    """Every document that the checks of module 01 read, in one child, as one lane of checks does."""
    with Reader("toml", "yaml", "json") as reader:
        for name in ("pyproject.toml", "poetry.lock"):
            reader.read("toml", (PROJECT / name).read_bytes())
        for name in ("docker-compose.yml", ".pre-commit-config.yaml"):
            reader.read("yaml", (PROJECT / name).read_bytes())


def documents_here() -> None:
    """The same documents in this process, as they were read before: the difference is what the child costs."""
    for name in ("pyproject.toml", "poetry.lock"):
        tomllib.loads((PROJECT / name).read_text("utf-8"))
    for name in ("docker-compose.yml", ".pre-commit-config.yaml"):
        text = (PROJECT / name).read_text("utf-8")
        list(yaml.parse(text, Loader=yaml.SafeLoader))
        yaml.safe_load(text)


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
        "the same in this process": documents_here,
        "a lock not seen before": lambda: read_lock(PROJECT),
        "a Compose file held against its schema": lambda: compose_problems(compose),
        "take in a folder (no child)": lambda: take_in(PROJECT, into=room / str(next(number))),
        "take in the same from a zip": lambda: take_in(packed, into=room / str(next(number))),
        "take in the same from a commit": lambda: take_in(repository, into=room / str(next(number)), commit="main"),
    }


if __name__ == "__main__":
    main()
