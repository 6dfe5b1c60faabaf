"""`grader appeal`: a verdict is said to be wrong, with the work and the run that it is about in one file."""

import sys
import tempfile
from difflib import get_close_matches
from pathlib import Path

import click

from grader.cli import appeal_decide, appeal_staff
from grader.cli.console import out
from grader.domain.errors import UsageError_
from grader.domain.result import Result

_FILE = click.Path(path_type=Path)
_LARGEST_ARGUMENT = 256 << 10
_INSTEAD = 'Set EDITOR to one that is installed, or say why at once: --because "TEXT", or --argument FILE.'
_ASKED = """
# Why is the verdict on {criterion} wrong?
# Say what the brief asks for, and where your code does it (src/apps/posts/models.py:42).
# Lines that begin with # are not part of it. Leave nothing else, and no appeal is written.
"""


class Criteria(click.Group):
    """A group in which a word that is no command of it is a criterion, to be appealed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What follows ``appeal``: an option of ``open`` may come before the criterion.

        A word that is nearly the name of a command was meant as that.
        """
        if args and args[0] not in (*self.commands, *ctx.help_option_names) and self._is_meant(args[0]):
            args = [open_.name or "", *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; for a criterion's the one that appeals it."""
        return super().get_command(ctx, cmd_name) or (open_ if self._is_meant(cmd_name) else None)

    def _is_meant(self, word: str) -> bool:
        """Whether it may be a criterion, and is not nearly the name of a command."""
        return not get_close_matches(word, self.commands)


@click.group("appeal", cls=Criteria, subcommand_metavar="CRITERION | COMMAND [ARGS]...")
def command() -> None:
    """Appeal the verdict on CRITERION, or decide about an appeal.

    `grader appeal CRITERION` is `grader appeal open CRITERION`.
    """


@command.command("open")
@click.argument("criterion")
@click.option("--because", help="Why the verdict is wrong.")
@click.option("--argument", "file", type=_FILE, help="Why it is wrong, in a text file [an editor is opened].")
@click.option("--result", "result_file", type=_FILE, default=Path("out/result.json"), show_default=True)
@click.option("--submission", type=_FILE, default=Path(), help="Folder of the project, in its repository [here].")
@click.option("--commit", help="The commit that was graded [that of the result, or the last one].")
@click.option("--wrongly-passed", is_flag=True, help="Say that it passes and should not.")
@click.option("--out", "target", type=_FILE, help="The new file [beside the repository].")
def open_(
    criterion: str,
    because: str | None,
    file: Path | None,
    result_file: Path,
    submission: Path,
    commit: str | None,
    wrongly_passed: bool,
    target: Path | None,
) -> None:
    """Write one file with the verdict on CRITERION, your argument, and the project as it was graded.

    The file has the commit, the seed and what the report shows; no `.env`, and no name of yours but what is in your
    code. Send it to whoever gave you the grade.
    """
    from grader.appeal.choose import argument, chosen
    from grader.appeal.claim import Says
    from grader.appeal.work import repository_of, work_of
    from grader.appeal.write import bundle, claim_of, refuse_taken, write_bundle

    says: Says = "wrongly passed" if wrongly_passed else "wrongly failed"
    result = _result(result_file)
    verdict = chosen(result, criterion, says)
    repository = repository_of(submission)
    with tempfile.TemporaryDirectory(prefix="track-appeal-") as room:
        work = work_of(result, submission, repository, commit, Path(room))
        path = target or repository.root.parent / f"appeal-{criterion}-{work.tree_hash[:8]}.zip"
        _refuse_inside(path, repository.root)
        refuse_taken(path)  # before anybody writes an argument for nothing
        why = argument(_argument(criterion, because, file))
        content = bundle(claim_of(result, verdict, says, why, work), work)
    write_bundle(path, content)
    size = max(1, len(content) >> 10)
    out.print(
        f"Wrote {path} ({len(work.files)} files, {size:,} KB). Look into it, then send it to whoever gave the grade.",
        markup=False,
        soft_wrap=True,
    )


for _command in (appeal_staff.show, appeal_staff.reproduce, appeal_decide.accept, appeal_decide.reject):
    command.add_command(_command)


def _result(path: Path) -> Result:
    from grader.report import decode

    try:
        return decode(path.read_bytes())
    except OSError as problem:
        raise UsageError_(
            f"the result {path} cannot be read: {problem.strerror}",
            "Run `grader check` first, here; or name the result.json of your report: --result FILE.",
        ) from None
    except UsageError_ as wrong:
        raise UsageError_(f"{path}: {wrong.message}", wrong.hint) from None


def _argument(criterion: str, because: str | None, file: Path | None) -> str:
    if because is not None and file is not None:
        raise UsageError_("the argument is there twice", "Say --because TEXT or --argument FILE.")
    if file is not None:
        from grader.given.text_file import read_text

        return read_text(file, largest=_LARGEST_ARGUMENT, shorten="Say the one thing that is wrong, in some pages.")
    if because is not None or not sys.stdin.isatty():
        return because or ""
    try:
        written = click.edit(_ASKED.format(criterion=criterion), extension=".md") or ""
    except click.ClickException as problem:
        raise UsageError_(f"the editor gave no text: {problem.message}", _INSTEAD) from None
    except OSError as problem:
        raise UsageError_(f"the editor gave no text: {problem.strerror}", _INSTEAD) from None
    except UnicodeDecodeError:
        raise UsageError_("the editor gave no text: what it wrote is not UTF-8", _INSTEAD) from None
    return "\n".join(line for line in written.splitlines() if not line.startswith("#"))


def _refuse_inside(path: Path, root: Path) -> None:
    """A file in the project would change what is graded next."""
    if path.resolve().is_relative_to(root.resolve()):
        raise UsageError_(
            f"{path} lies in the repository: it would be a part of what is graded",
            f"Name a file outside of it, such as --out {root.parent / path.name}.",
        )
