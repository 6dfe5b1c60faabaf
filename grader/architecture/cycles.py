"""Modular apps: the imports of a project's apps make no cycle.

Counted is what an app needs when it runs: imports wherever they stand, and names in texts that Django looks up for it.
Imports for types alone, tests, migrations and what puts the project together (settings, URL configurations, commands)
do not count: docs/decisions/0107 says why.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from grader.architecture.metrics import CYCLES
from grader.architecture.modules import Import, Module
from grader.architecture.project import Project
from grader.architecture.shown import absent, counted, finding
from grader.domain.evidence import Finding, Measurement

_MOST_CYCLES, _MOST_SEARCHES = 50, 300
_READ = (
    "Move what both need into the app that is below, or send a signal that the other app listens to: "
    "https://docs.djangoproject.com/en/stable/topics/signals/"
)
Edges = dict[str, dict[str, tuple[str, int, str]]]


def measure(project: Project) -> Measurement:
    """How many cycles there are; not applicable to a project that has only one app."""
    apps = {app for path in project.modules if (app := project.app(path))}
    if len(apps) < 2:
        return absent(CYCLES, "The project has only one app, so nothing shows that it is modular.")
    return counted(CYCLES, _findings(_edges(project)))


def _edges(project: Project) -> Edges:
    """From each app to those that it needs, with the first place that says so: path, line and what is named."""
    labels = {app.rpartition("/")[2]: app for path in project.modules if (app := project.app(path))}
    edges: Edges = defaultdict(dict)
    for path, module in project.modules.items():
        app = project.app(path)
        if app and not puts_together(path, module):
            for one in module.imports:
                other = _needed(project, one, labels)
                if other and other != app:
                    edges[app].setdefault(other, (path, one.line, one.target))
    return edges


def puts_together(path: str, module: Module) -> bool:
    """Whether a module is where parts are put together, and nothing is built on: addresses, commands."""
    parts = PurePosixPath(path).parts
    return module.configures_urls or ("management" in parts and "commands" in parts)


def _needed(project: Project, one: Import, labels: dict[str, str]) -> str:
    """The app that an import leads to; "" where it leads out of the apps, or is for types alone."""
    if one.how == "types":
        return ""
    if one.how == "model":
        return labels.get(one.target.partition(".")[0], "")
    found = project.resolve(one.target)
    return project.app(found[0]) if found else ""


def _findings(edges: Edges) -> Iterator[Finding]:
    for number, cycle in enumerate(_cycles(edges)):
        if number == _MOST_CYCLES:
            return
        steps = [(one, other, *edges[one][other]) for one, other in zip(cycle, [*cycle[1:], cycle[0]], strict=True)]
        names = " → ".join(app.rpartition("/")[2] for app in [*cycle, cycle[0]])
        first = steps[0]
        yield finding(
            "cycle",
            f"the apps import each other in a cycle: {names}",
            "of two apps, at most one knows the other",
            first[2],
            first[3],
            _READ,
            (f"{path}:{line}: {one} imports {target}" for one, _, path, line, target in steps),
        )


def _cycles(edges: Edges) -> Iterator[list[str]]:
    """For each import inside a knot of apps the shortest way back, each cycle once; each begins with its first name."""
    seen: set[frozenset[str]] = set()
    searches = 0
    for knot in _knots(edges):
        for one in sorted(knot):
            for other in sorted(edges[one].keys() & knot):
                searches += 1
                if searches > _MOST_SEARCHES:
                    return
                cycle = [one, *_way(edges, other, one, knot)]
                if frozenset(cycle) not in seen:
                    seen.add(frozenset(cycle))
                    first = cycle.index(min(cycle))
                    yield cycle[first:] + cycle[:first]


def _way(edges: Edges, start: str, end: str, knot: set[str]) -> list[str]:
    """The shortest way from one app to another, without its end."""
    came: dict[str, str] = {start: ""}
    waiting = [start]
    for app in waiting:
        if app == end:
            break
        for other in sorted(other for other in edges.get(app, {}) if other in knot and other not in came):
            came[other] = app
            waiting.append(other)
    way, app = list[str](), came[end] if end != start else ""
    while app:
        way.append(app)
        app = came[app]
    return way[::-1]


def _knots(edges: Edges) -> Iterator[set[str]]:
    """The sets of apps of which each needs each other in the end: strongly connected components, by Kosaraju's way."""
    back: dict[str, list[str]] = defaultdict(list)
    for app, others in edges.items():
        for other in others:
            back[other].append(app)
    seen: set[str] = set()
    for app in reversed(_finished(edges)):
        knot, waiting = set[str](), [app]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                knot.add(one)
                waiting += back[one]
        if len(knot) > 1:
            yield knot


def _finished(edges: Edges) -> list[str]:
    """All apps, each after those that it needs, as far as they do not need each other."""
    order: list[str] = []
    seen: set[str] = set()
    for root in sorted(edges):
        path: list[tuple[str, Iterator[str]]] = [] if root in seen else [(root, iter(sorted(edges[root])))]
        seen.add(root)
        while path:
            app, others = path[-1]
            other = next((one for one in others if one not in seen), None)
            if other is None:
                order.append(app)
                path.pop()
            else:
                seen.add(other)
                path.append((other, iter(sorted(edges.get(other, {})))))
    return order
