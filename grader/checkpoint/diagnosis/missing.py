"""Words for what a project needs and does not have: a file, a module, a package, a migration."""

import re

from grader.checkpoint.diagnosis.situation import Remedy, Situation
from grader.domain.evidence import Location

_MODULE = re.compile(r"No module named '([\w.]{1,200})'")
_NAME = re.compile(r"cannot import name '(\w{1,100})' from '([\w.]{1,200})'")
_NO_MIGRATIONS = re.compile(r"Dependency on app with no migrations: (\w{1,100})")
_NO_NODE = re.compile(r"reference nonexistent parent node \('(\w{1,100})', '(\w{1,200})'\)")
_NO_TABLE = re.compile(r"no such table: (\w{1,100})|relation \"(\w{1,100})\" does not exist")
_POINTER = re.compile(r"\Aversion https://git-lfs\.github\.com/spec/")


def pointer(situation: Situation) -> Remedy | None:
    """A pointer of Git LFS in the place of a module."""
    if situation.place is None or not situation.any_is("SyntaxError"):
        return None
    where = situation.tree.find(_POINTER, situation.place.path)
    if where is None:
        return None
    advice = (
        "Take it out of LFS (`git lfs untrack`, `git add --renormalize .`, and commit), or hand in a folder where "
        "`git lfs pull` has fetched it."
    )
    return Remedy(f"{where.path} is a pointer of Git LFS and not the file itself", advice, where)


def left_out(situation: Situation) -> Remedy | None:
    """A module that was handed in in a way that it could not be taken: as a link, as a submodule."""
    names = situation.matched(_MODULE, "ImportError")
    if not names and (found := situation.matched(_NAME, "ImportError")):
        names = (f"{found[1]}.{found[0]}",)
    path, why = _of_module(names[0], situation) if names else ("", "")
    if not path:
        return None
    advice = "Hand it in as an ordinary file or folder, in the place where it is imported from."
    return Remedy(f"`{names[0]}` is imported, and {path} was left out: {why}", advice, _line_of(names[0], situation))


def _of_module(name: str, situation: Situation) -> tuple[str, str]:
    """The path that was left out, and why, if the module is that or would lie in it; twice "" if it is none."""
    file = name.replace(".", "/")
    for path, why in situation.left_out.items():
        plain = path.removesuffix("/").removesuffix(".py")
        for source in ("", *(f"{source}/" for source in situation.layout.sources)):
            if f"{source}{file}/".startswith(f"{plain}/"):
                return path, why
    return "", ""


def _line_of(name: str, situation: Situation) -> Location | None:
    """The learner's line; where none passed, as for a name in INSTALLED_APPS, the first that says it."""
    return situation.place or situation.tree.find(re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)"))


def missing_module(situation: Situation) -> Remedy | None:
    """A module that is imported and is not to be had."""
    names = situation.matched(_MODULE, "ModuleNotFoundError", "ImportError")
    if not names:
        return None
    top = names[0].partition(".")[0]
    where = _line_of(names[0], situation)
    if situation.tree.has_folder_or_module(top, situation.layout.sources):
        advice = "Mend the name, or commit the file: a folder is a package only with all of its files."
        return Remedy(f"there is no module `{names[0]}` in the submission", advice, where)
    if folder := situation.tree.folder_of_package(top):
        looked = ", ".join(f"{source}/" for source in situation.layout.sources)
        observed = f"`{names[0]}` is imported and lies in {folder}/, where Python does not look for it"
        advice = f"Move it to where it is looked for ({looked}), or say in track.toml where your sources are."
        return Remedy(observed, advice, where)
    if not situation.own_packages:
        observed = f"`{names[0]}` is imported and is not among the course's packages, which stood in for your own lock"
        return Remedy(
            observed, "Mend the lock first: `poetry lock`, then commit pyproject.toml and poetry.lock.", where
        )
    observed = f"`{names[0]}` is imported, and no package in poetry.lock brings it"
    advice = (
        "`poetry add` the package that it comes from, and commit pyproject.toml and poetry.lock; or import it no more."
    )
    return Remedy(observed, advice, where)


def no_migrations(situation: Situation) -> Remedy | None:
    """A migration that another needs, or a table that none makes."""
    if names := situation.matched(_NO_MIGRATIONS):
        observed = f"{names[0]} has no migrations: are they committed?"
    elif names := situation.matched(_NO_NODE):
        observed = f"the migration {names[1]} of {names[0]} is missing, which another depends on: is it committed?"
    elif names := situation.matched(_NO_TABLE):
        observed = f"there is no table {names[0]}: does a migration make it, and is it committed?"
    else:
        return None
    advice = (
        "`python manage.py makemigrations`, then commit the migrations folder with its __init__.py; see .gitignore."
    )
    return Remedy(observed, advice)
