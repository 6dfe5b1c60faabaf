"""Fat views: functions of the modules of views that decide or do too much, and modules that hold too many of them."""

from collections.abc import Iterator

from grader.architecture.metrics import FAT_VIEWS
from grader.architecture.modules import Module
from grader.architecture.project import Project
from grader.architecture.shown import absent, counted, finding
from grader.architecture.views import view_modules
from grader.domain.evidence import Finding, Measurement

# McCabe's own limit ("A Complexity Measure", 1976), and the default of ruff's and flake8's rule C901.
MOST_COMPLEX = 10
# The default of pylint's and ruff's rule R0915, too-many-statements.
MOST_STATEMENTS = 50
# The default of pylint's rule C0302, too-many-lines, for a whole module.
MOST_LINES = 1_000
_COMPLEXITY = (
    "Give each decision to a function of its own, or to a service: https://docs.astral.sh/ruff/rules/complex-structure/"
)
_LENGTH = "Move what is done into services: https://docs.astral.sh/ruff/rules/too-many-statements/"
_MODULE = "Make a package of views, a module for each resource: https://pylint.readthedocs.io/en/stable/user_guide/messages/convention/too-many-lines.html"


def measure(project: Project) -> Measurement:
    """How many functions and modules there are that are too much; not applicable to a project without views."""
    modules = view_modules(project)
    if not modules:
        return absent(FAT_VIEWS, "The project has no views.")
    return counted(FAT_VIEWS, (one for path, module in modules.items() for one in _findings(path, module)))


def _findings(path: str, module: Module) -> Iterator[Finding]:
    for one in module.functions:
        name = f"{one.cls}.{one.name}" if one.cls else one.name
        if one.complexity > MOST_COMPLEX:
            seen, expected = f"{name} has a complexity of {one.complexity}", f"at most {MOST_COMPLEX}"
            yield finding("complexity", seen, expected, path, one.line, _COMPLEXITY)
        if one.statements > MOST_STATEMENTS:
            seen, expected = f"{name} has {one.statements} statements", f"at most {MOST_STATEMENTS}"
            yield finding("length", seen, expected, path, one.line, _LENGTH)
    if module.lines > MOST_LINES:
        seen, expected = f"a module of views with {module.lines:,} lines", f"at most {MOST_LINES:,}"
        yield finding("module", seen, expected, path, 1, _MODULE)
