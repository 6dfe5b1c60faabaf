"""`grader fetch`: learners' repositories, at the commits that count, for `grader class`."""

from datetime import datetime
from pathlib import Path

import click

from grader.cli.console import out, progress

_FILE = click.Path(path_type=Path)
_MOST_NAMED = 20


@click.command("fetch")
@click.argument("repositories", type=_FILE)
@click.option("--out", "out_dir", type=_FILE, required=True, help="Folder to fetch to; what is there is kept.")
@click.option("--before", help="The newest commit before this time counts, such as 2026-03-01T23:59:00+01:00.")
def command(repositories: Path, out_dir: Path, before: str | None) -> None:
    """Fetch what learners pushed, and write an index of which commit counts and when it was handed in.

    REPOSITORIES is a CSV file with columns `student` and `repository`. A token to read them with is taken from the
    variable GRADER_GIT_TOKEN; without it git's own credentials are used. Then: grader class DIR --index DIR/index.csv

    Exit codes: 0 all were fetched, 1 some could not be, 2 misuse, 3 a fault of the machine.
    """
    from grader.classroom.fetching import INDEX, Fetching
    from grader.classroom.repositories import read_repositories
    from grader.cli.class_book import tell
    from grader.report.escape import log_line

    until = _moment(before)
    remotes = read_repositories(repositories)
    with progress() as show:
        fetched, missing = Fetching(out_dir, until, show).fetch(remotes)
    for each in missing[:_MOST_NAMED]:
        tell(log_line(f"{each.student}: {each.why}. {each.hint}"))
    if len(missing) > _MOST_NAMED:
        tell(f"and {len(missing) - _MOST_NAMED} more.")
    if claims := sum(f.is_claim for f in fetched):
        tell(
            f"When {claims} of them were handed in is what the committer's machine says: a claim. "
            "The column `pushed_at` of the list takes the time at which the host received a commit."
        )
    out.print(f"{len(fetched)} of {len(remotes)} fetched; {out_dir / INDEX}", markup=False, soft_wrap=True)
    raise click.exceptions.Exit(1 if missing else 0)


def _moment(text: str | None) -> datetime | None:
    from grader.classroom.index import moment

    return moment(text or "", "--before")
