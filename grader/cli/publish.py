"""`grader publish`: the feedback of a class, to each learner's own repository."""

from pathlib import Path

import click

from grader.cli.console import out, progress

_FILE = click.Path(path_type=Path)
_MOST_NAMED = 20


@click.command("publish")
@click.argument("folder", type=_FILE, metavar="DIR")
@click.option("--repositories", type=_FILE, required=True, help="Where they are: the CSV file of grader fetch.")
@click.option("--branch", default="feedback", show_default=True, help="The branch that holds the feedback.")
def command(folder: Path, repositories: Path, branch: str) -> None:
    """Push the reports of the class in DIR to a branch of each learner's repository.

    They hold nothing hidden. A token that may write is taken from the variable GRADER_GIT_TOKEN; without it git's own
    credentials are used. Nothing of a learner's is read.

    Exit codes: 0 all who have feedback got it, 1 some did not, 2 misuse, 3 a fault of the machine.
    """
    from grader.classroom.publishing import Publishing
    from grader.classroom.repositories import branch_name, read_repositories
    from grader.cli.class_book import tell
    from grader.report.escape import log_line

    remotes = read_repositories(repositories)
    with progress() as show:
        done = Publishing(folder, branch_name(branch, "--branch"), show).publish(remotes)
    for each in done.missing[:_MOST_NAMED]:
        tell(log_line(f"{each.student}: {each.why}. {each.hint}"))
    if len(done.missing) > _MOST_NAMED:
        tell(f"and {len(done.missing) - _MOST_NAMED} more.")
    out.print(f"{done.pushed} published; {done.unchanged} had this feedback already.", markup=False)
    raise click.exceptions.Exit(1 if done.missing else 0)
