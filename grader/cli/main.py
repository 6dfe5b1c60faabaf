"""`grader`: the entry point. Commands are imported when they are called, so that help answers at once."""

import atexit
import gc
import importlib
import sys

import click

from grader import __version__, ending
from grader.cli.stopping import end, leave, listen

_COMMANDS = {
    "grade": ("grader.cli.grade", "Grade one submission with every check, hidden ones too."),
    "check": ("grader.cli.check", "Run the public checks on your own work: quick, and as often as you like."),
    "watch": ("grader.cli.watch", "Run the public checks again after each save, what failed last first."),
    "fetch": ("grader.cli.fetch", "Fetch learners' repositories at the commits that count, to be graded as a class."),
    "class": ("grader.cli.classroom", "Grade a whole class, side by side; it can be interrupted and resumed."),
    "worker": ("grader.cli.worker", "Grade on this machine what a class sends to several."),
    "score": ("grader.cli.score", "Score a class again from its stored evidence: new weights, rules, extensions."),
    "similar": ("grader.cli.similar", "Show which submissions of a class share much that the course did not give."),
    "judge": ("grader.cli.judge", "Decide about a criterion or a score of somebody in a class, with a reason."),
    "appeal": ("grader.cli.appeal", "Appeal a verdict with your work beside it; for staff: look, reproduce, decide."),
    "export": ("grader.cli.export", "Write the gradebook of a class for Canvas, Moodle, Gradescope and others."),
    "publish": ("grader.cli.publish", "Push each learner's feedback to a branch of their own repository."),
    "gates": ("grader.cli.gates", "Hold any Django project against the quality gates."),
    "list": ("grader.cli.listing", "List the criteria and gates of a module: the names that --only takes."),
    "report": ("grader.cli.report", "Render a stored result.json again, in any format."),
    "review": ("grader.cli.review", "Review a submission as a person: a form, its check, several brought together."),
    "lab": ("grader.cli.lab", "Release the notebook of a module, and grade the notebooks of learners."),
    "course": ("grader.cli.course", "Build the course from its one source, and prove that it is right."),
    "release": ("grader.cli.release", "Write what learners clone: nothing hidden, later or solved."),
    "advisories": ("grader.cli.advisories", "Fetch the advisories that packages are audited against."),
    "doctor": ("grader.cli.doctor", "Say what this machine has, and how to get the rest."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported on use; their one-line help is known without."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which they are shown."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; ``None`` for a name that is none."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their summaries, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="grader")
def grader() -> None:
    """Grade Django Track submissions, and build the course they belong to.

    Exit codes: 0 the bar is met, 1 it is not, 2 misuse or nothing to grade, 3 the grader or the machine failed.
    """


def main() -> None:
    """Run the command line and exit: errors become a sentence and what to do next, never a traceback."""
    listen()
    atexit.register(gc.freeze)  # else the interpreter's last act is to look for garbage in all of it
    try:
        code = grader.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as wrong:
        wrong.show()
        code = wrong.exit_code
    except (KeyboardInterrupt, click.Abort):
        leave()
    except Exception as error:
        if ending.has_begun():  # it is about something that was taken away
            leave()
        code = _explain(error)
    code = code if isinstance(code, int) else 0
    if ending.has_begun():
        end(code)
    sys.exit(code)


def _explain(error: Exception) -> int:
    from grader.cli.console import explain

    return explain(error)
