"""The files of checks, read and not run: each test is tied to a criterion that the module has, and has a sentence."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from grader.course.lint.problem import LintProblem
from grader.course.manifest import Course
from grader.course.toml import line_of
from grader.domain.course import CAPSTONE, Module

_VERBS = ("check", "matrix")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Tie:
    """``@check("domain.post-slug")``: the criterion, where it can be read, and the line."""

    criterion: str | None
    line: int


def lint_checks(course: Course, module: Module) -> Iterator[LintProblem]:
    """What is wrong with a module's checks, by file and line; a criterion that none is tied to is a problem too."""
    folder, known = course.folder(module) / "checks", {c.id for c in module.criteria}
    tied: set[str | None] = set()
    for path in sorted(folder.rglob("*.py")):
        where = path.relative_to(course.root).as_posix()
        try:
            tree = ast.parse(path.read_text("utf-8"), str(path))
        except (SyntaxError, ValueError) as wrong:
            line = getattr(wrong, "lineno", None) or 1
            yield LintProblem(f"{where}:{line}", f"it does not parse: {getattr(wrong, 'msg', wrong)}.")
            tied.add(None)  # what it is tied to is not known
            continue
        constants, names = _constants(tree), dict[str, int]()
        for function in (node for node in tree.body if isinstance(node, _Function)):
            if not function.name.startswith("test_") or not path.name.startswith("test_"):
                continue
            ties = list(_ties(function, constants))
            tied |= {near or tie.criterion for tie in ties for near in (_near(tie.criterion, known),)}
            yield from _of_test(where, function, ties, module, known)
            if function.name in names:
                first = names[function.name]
                yield LintProblem(f"{where}:{function.lineno}", f"{function.name} stands in line {first} too.")
            names.setdefault(function.name, function.lineno)
    if None in tied:
        return
    manifest = course.manifest(module)
    for unused in (c.id for c in module.criteria if not c.manual and c.id not in tied):
        where = str(line_of(manifest, unused)).removeprefix(f"{course.root}/")
        yield LintProblem(where, f"no check carries {unused}.", "Write a check for it.")


def time_limits(course: Course, module: Module) -> Mapping[str, float]:
    """The seconds that each check of a module has, by the name that results give it (``task5_slugs::a_gap``).

    Checks whose ``seconds`` are no number as it stands there are left out: nothing is run to know them.
    """
    from grader.checkpoint.kit.declare import SECONDS

    limits = dict[str, float]()
    for path in sorted((course.folder(module) / "checks").rglob("test_*.py")):
        for function in (node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, _Function)):
            name = f"{path.stem.removeprefix('test_')}::{function.name.removeprefix('test_')}"
            for call in (one for one in function.decorator_list if isinstance(one, ast.Call)):
                if getattr(call.func, "id", "") in _VERBS:
                    given = next((word.value for word in call.keywords if word.arg == "seconds"), ast.Constant(SECONDS))
                    if isinstance(given, ast.Constant) and isinstance(given.value, (int, float)):
                        limits[name] = float(given.value)
    return limits


def tied_criteria(tree: ast.Module) -> set[str | None]:
    """The criteria that the checks of a file are tied to; ``None`` among them where one cannot be read."""
    constants = _constants(tree)
    functions = [node for node in tree.body if isinstance(node, _Function) and node.name.startswith("test_")]
    return {tie.criterion for function in functions for tie in _ties(function, constants)}


def _of_test(
    where: str, function: _Function, ties: list[_Tie], module: Module, known: set[str]
) -> Iterator[LintProblem]:
    if not ties:
        remedy = 'Write @check("…") above it, with the id of a criterion.'
        yield LintProblem(f"{where}:{function.lineno}", f"{function.name} is tied to no criterion.", remedy)
    if not (ast.get_docstring(function) or "").strip():
        remedy = "Write one: it is the sentence that a learner reads."
        yield LintProblem(f"{where}:{function.lineno}", f"{function.name} has no docstring.", remedy)
    for tie in ties:
        if tie.criterion is not None and tie.criterion not in known:
            near = _near(tie.criterion, known)
            problem = f"{tie.criterion} is no criterion of {_called(module)}"
            yield LintProblem(f"{where}:{tie.line}", problem + (f"; did you mean {near}?" if near else "."))


def _called(module: Module) -> str:
    return "the capstone" if module.slug == CAPSTONE else f"module {module.number:02d}"


def _near(criterion: str | None, known: set[str]) -> str:
    """The criterion that was probably meant; "" for one that there is, and for what is like none."""
    if criterion is None or criterion in known:
        return ""
    return next(iter(get_close_matches(criterion, sorted(known), n=1)), "")


def _ties(function: _Function, constants: Mapping[str, str]) -> Iterator[_Tie]:
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or getattr(decorator.func, "id", "") not in _VERBS:
            continue
        match decorator.args[:1]:
            case [ast.Constant(value=str(criterion))]:
                yield _Tie(criterion, decorator.lineno)
            case [ast.Name(id=name)]:
                yield _Tie(constants.get(name), decorator.lineno)
            case _:
                yield _Tie(None, decorator.lineno)


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """The texts that the module gives names to."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
