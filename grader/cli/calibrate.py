"""`grader review calibrate`: a submission with planted faults for reviewers, and what they saw of them."""

import re
import secrets
import tempfile
from pathlib import Path

import click

from grader.cli import options as opt
from grader.cli.console import escape, out

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("calibrate")
def command() -> None:
    """Measure reviewers: hand them planted faults, and tell afterwards which they saw."""


@command.command("new")
@click.option("--module", "number", type=click.IntRange(1, 5), required=True, help="Whose solution gets the faults.")
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="New folder for the reviewers.")
@click.option("--key", "key_file", type=click.Path(path_type=Path), required=True, help="File for staff: the truth.")
@click.option("--faults", type=click.IntRange(1, 20), default=4, show_default=True, help="How many are planted.")
@click.option("--mutant", "names", multiple=True, help="Plant this mutant of the module; may be repeated.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Draw what an earlier run drew.")
@opt.course_option
def new(
    number: int,
    folder: Path,
    key_file: Path,
    faults: int,
    names: tuple[str, ...],
    seed: int | None,
    course_dir: Path | None,
) -> None:
    """Write a submission with planted faults and a form to a folder, and to a file of staff what was planted.

    The submission is the module's solution but for the faults: give it to those who have handed in that module.
    """
    from grader.course import load_course
    from grader.course.planted import plant
    from grader.course.projection import write_tree
    from grader.domain.errors import UsageError_
    from grader.intake import take_in
    from grader.review.calibrate import encode_key, fault_of, form, make_key
    from grader.review.new import write_new

    course = load_course(opt.find_course(course_dir))
    module = next(m for m in course.modules if m.number == number)
    opt.empty_folder(folder)
    if key_file.resolve().is_relative_to(folder.resolve()):
        raise UsageError_(f"{key_file} would be handed out with {folder}", "Keep the key elsewhere: --key FILE.")
    if key_file.exists():
        raise UsageError_(f"{key_file} is there already", "Name another file: --key FILE. Nothing is overwritten.")
    seed = secrets.randbits(16) if seed is None else seed
    planted = plant(course, module, count=faults, seed=seed, names=names)
    submission = write_tree(planted.tree, folder / "submission")
    with tempfile.TemporaryDirectory(prefix="track-review-") as room:
        tree_hash = take_in(submission, into=Path(room) / "copy", slug=module.slug).tree_hash
    found = tuple(fault_of(m, b, planted.tree) for m, b in zip(planted.mutants, planted.without, strict=True))
    key = make_key(module, tree_hash, seed, found, (name for m in planted.mutants for name in m.may_fail))
    write_new(key_file, encode_key(key))
    key_file.chmod(0o600)
    write_new(folder / "review.md", form(key, module, "submission"))
    _say(f"Wrote {folder}: a submission with {len(found)} faults, and review.md. Give each reviewer a copy of both.")
    _say(f"Wrote {key_file}: what was planted, for staff alone.")
    _say(f"Afterwards: grader review calibrate tell {key_file} REVIEW.md …")


@command.command("tell")
@click.argument("key_file", type=_FILE)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--out", "folder", type=click.Path(path_type=Path), help="Also write a page for each reviewer to here.")
def tell(key_file: Path, files: tuple[Path, ...], folder: Path | None) -> None:
    """Say which planted faults reviewers saw and missed, by the key, and how far they agree with the truth."""
    from grader.cli.review import checked, show
    from grader.review.calibrate import read_key, scores
    from grader.review.new import write_new
    from grader.review.tell_calibration import for_reviewer, for_staff

    key = read_key(key_file)
    reviews, problems = checked(files, None, None)
    if problems:
        show(problems)
        _say("Nothing was told: it would give away what is still to be found. Have these finished first.")
        raise click.exceptions.Exit(1)
    found = scores(key, reviews)
    for line in for_staff(key, found, reviews):
        _say(line)
    for number, score in enumerate(found, 1) if folder else ():
        page = (folder or Path()) / f"{number:02d}-{_plain(score.reviewer)}.md"
        write_new(page, for_reviewer(key, score))
        _say(f"Wrote {page}, for {score.reviewer}.")


def _plain(name: str) -> str:
    """A name as part of a file's."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "reviewer"


def _say(line: str) -> None:
    out.print(escape(line), soft_wrap=True)
