"""`grader advisories pull`: the published advisories, as a snapshot that course.toml names."""

from pathlib import Path

import click

from grader.cli import options as opt
from grader.cli.console import out


@click.group("advisories")
def command() -> None:
    """What packages are audited against: a snapshot of advisories, named in course.toml by date and SHA-256."""


@command.command("pull")
@opt.course_option
@click.option("--from", "address", help="Address of the archive of OSV records [the one that OSV publishes].")
def pull(course_dir: Path | None, address: str | None) -> None:
    """Fetch what is published now, and name it in course.toml: from then on it decides, for everybody alike."""
    from grader.course.advisories import PUBLISHED, fetch, name_in_course

    root = opt.find_course(course_dir)
    with out.status("Fetching the advisories"):
        advisories, count = fetch(address or PUBLISHED, root)
    name_in_course(root, advisories)
    out.print(f"{count:,} advisories as of {advisories.date} are in {advisories.path.relative_to(root)}.")
    out.print("course.toml names them by SHA-256: commit both.")
