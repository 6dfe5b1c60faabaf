"""The pytest plugin of the trusted process: collects checks, runs each as a case, records one observation each."""

import os
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.checkpoint import spec as specification
from grader.checkpoint.diagnosis.explain import Context, Ending, errored, explain
from grader.checkpoint.diagnosis.tree import Tree
from grader.checkpoint.kit.case import CASE, SPEC, STAGE, STANDING, Case
from grader.checkpoint.kit.declare import ATTRIBUTE, Declared
from grader.checkpoint.kit.rng import seeded
from grader.checkpoint.run import beside, held, lanes, notify, partial, start
from grader.checkpoint.run.guard import guard
from grader.checkpoint.run.record import KEY, PLACE, written
from grader.domain.comparison import compared
from grader.domain.errors import SandboxError
from grader.domain.evidence import Observation, unobserved
from grader.domain.status import Status
from grader.stage.places import MIGRATED
from grader.stage.project import Broken
from grader.stage.stage import Stage
from grader.stage.standing import StandingServer

pytest_plugins = ["grader.checkpoint.kit.fixtures"]
ENDING: pytest.StashKey[Ending] = pytest.StashKey()
STOPPED: "pytest.StashKey[Broken | None]" = pytest.StashKey()
TREE: pytest.StashKey[Tree] = pytest.StashKey()
REST: pytest.StashKey[held.Rest] = pytest.StashKey()
_LONGEST_RECORD = 20_000
_running: list[Case] = []


def pytest_configure(config: pytest.Config) -> None:
    """Reads what this run is to do."""
    spec = specification.read(Path(os.environ[specification.VARIABLE]))
    guard(spec.life_fd)
    _explain_nothing(config)
    beside.register(config, config.rootpath)
    config.stash[TREE] = Tree(spec.submission, spec.deps)
    config.stash[SPEC] = spec
    config.stash[STAGE] = _opened(spec)
    config.stash[STANDING] = StandingServer(config.stash[STAGE])
    config.stash[REST] = held.Rest()


def _opened(spec: specification.RunSpec) -> Stage:
    try:
        stage = Stage(spec)
    except SandboxError as error:
        notify.write_refusal(spec, error)
        raise
    notify.write_sandbox(spec, stage.sandbox)
    return stage


def _explain_nothing(config: pytest.Config) -> None:
    """Takes out pytest's own explanation of a comparison, which every implementation of the hook adds to.

    It compares two texts line by line and letter by letter (``difflib.ndiff``): some hundred lines of a learner's take
    minutes, in this process. What failed is noted by the hook below, in bounded words.
    """
    hook, default = config.hook.pytest_assertrepr_compare, config.pluginmanager.get_plugin("assertion")
    hook._remove_plugin(default)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends every process that the run has started."""
    if STAGE in config.stash:
        stage = config.stash[STAGE]
        stage.close()
        notify.write_sandbox(config.stash[SPEC], stage.sandbox)  # what its services lacked is known only now


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps the checks of the selected criteria; a test that is no check, or of no known criterion, is an error."""
    spec = config.stash[SPEC]
    unwanted = []
    for item in items:
        declared = _declared(item)
        if declared.criterion not in spec.criteria:
            raise pytest.UsageError(f"{item.nodeid} names an unknown criterion: {declared.criterion}")
        if declared.criterion not in spec.selected or not _is_wanted(item, spec):
            unwanted.append(item)
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if item not in unwanted]
    partial.write_list(spec.folder, [_listed(item) for item in items])
    lanes.order(items, spec.lane)


def _is_wanted(item: pytest.Item, spec: specification.RunSpec) -> bool:
    """Whether the run is to look at this case; one named ``CRITERION::none`` stands for all of its criterion."""
    name, cases = case_name(item), spec.cases
    if spec.names is not None and name.partition("[")[0] not in spec.names:
        return False
    if cases is None:
        return True
    return (name, _is_public(item)) in cases or (unobserved(_declared(item).criterion), False) in cases


def _listed(item: pytest.Item) -> partial.Listed:
    return partial.Listed(case_name(item), _declared(item).criterion, sentence(item), _is_public(item))


def _is_public(item: pytest.Item) -> bool:
    return "public" in item.path.parts


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Runs what this lane gets; a collection that went wrong is refused, as pytest itself does."""
    if session.testsfailed:
        raise session.Interrupted(f"{session.testsfailed} errors during collection")
    config = session.config
    if config.stash[SPEC].held_fd is not None:
        config.stash[SPEC] = held.wait(config.stash[SPEC], config.stash[STAGE])
    order = config.stash[SPEC].order
    config.stash[REST].begin(session.items, order, {item: case_name(item) for item in session.items})
    config.stash[STAGE].main.noting = order is not None
    if order is not None and order.tables is not None:
        config.stash[STAGE].main.sqlite.know(MIGRATED, order.tables.read_bytes())
    what = start.Start(config.stash[STAGE], config.stash[STANDING], config.stash[SPEC], config.stash[TREE])
    config.stash[STOPPED] = start.start(session.items, what)
    config.stash[STAGE].main.noted()  # what the start ran, it ran for all checks
    if order is not None:
        partial.write_tables(config.stash[SPEC].folder, config.stash[STAGE].main.sqlite.known(MIGRATED))
    lanes.run(session, config.stash[SPEC].claims)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Sets nothing up for a check that needs the project, if that did not start."""
    start.refuse_unstarted(item, item.config.stash[STOPPED])


def _declared(item: pytest.Item) -> Declared:
    declared = getattr(getattr(item, "function", None), ATTRIBUTE, None)
    if not isinstance(declared, Declared):
        raise pytest.UsageError(f"{item.nodeid} has no @check")
    return declared


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Gives the check its case, and tells how far the run has come."""
    spec, declared = item.config.stash[SPEC], _declared(item)
    name, public = case_name(item), _is_public(item)
    vendor = "postgres" if declared.down == "postgres" else declared.database or spec.database
    case = Case(name, declared, sentence(item), public, seeded(spec.seed, name), vendor)
    item.stash[CASE] = case
    _running.append(case)
    notify.begin(spec, declared.seconds, name)
    result = yield
    _running.remove(case)
    left, urgent = item.config.stash[REST].end(item)
    status = item.stash.get(ENDING, Ending(Status.PASSED)).status
    notify.end(spec, notify.Heard(declared.criterion, status, left, urgent, item.session.testscollected, name))
    if spec.order is not None:
        partial.write_ran(spec.folder, name, item.config.stash[STAGE].main.noted())
    return result


def case_name(item: pytest.Item) -> str:
    """``slugs::two_posts_one_title[reader]``: nothing of where the check lies."""
    return f"{item.path.stem.removeprefix('test_')}::{item.name.removeprefix('test_')}"


def sentence(item: pytest.Item) -> str:
    """The docstring as one line, a matrix cell's words put in."""
    text = " ".join((getattr(item, "function", None).__doc__ or "").split())
    cell = getattr(item, "callspec", None) and item.callspec.params.get("cell")  # type: ignore[attr-defined]
    return text.format(row=cell.row, column=cell.column, value=cell.value) if cell else text


def pytest_assertrepr_compare(op: str, left: object, right: object) -> None:
    """Notes the comparison that failed, for the observation."""
    if _running:
        try:
            _running[-1].comparison = compared(op, left, right)
        except Exception:
            _running[-1].comparison = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns what ended a phase of the check into its ending: the first phase that went wrong decides."""
    if call.excinfo is not None:
        ending = _with_services(item, _ending(item, call.excinfo.value))
        item.stash.setdefault(ENDING, ending)
    report = yield
    if report.failed:
        report.longrepr = str(report.longrepr)[:_LONGEST_RECORD]
    return report


def _ending(item: pytest.Item, error: BaseException) -> Ending:
    case = item.stash[CASE]
    checks, tree = item.config.rootpath, item.config.stash[TREE]
    spec = item.config.stash[SPEC]
    own = spec.installed.origin == "submission"
    context = Context(
        case.sentence,
        checks,
        case.public,
        tree,
        case.comparison,
        case.view,
        spec.layout,
        case.asked,
        own,
        spec.left_out,
    )
    try:
        ending = explain(error, context)
        # Where the start went well, a database that few checks ask for may still not be had: their own failure.
        waits = isinstance(error, Broken) and item.config.stash[STOPPED] is not None
        return replace(ending, status=Status.BLOCKED) if waits else ending
    except Exception as ours:
        return errored(ours)


def _with_services(item: pytest.Item, ending: Ending) -> Ending:
    """The ending, or an error of ours if a server that ought to run does not: then nothing is known of the project."""
    crashed = item.config.stash[STAGE].services.crashed() if ending.status is Status.FAILED else ()
    if not crashed:
        return ending
    return Ending(Status.ERRORED, fault=f"{' and '.join(crashed)} did not answer when the check had ended.")


def pytest_json_runtest_metadata(item: pytest.Item, call: pytest.CallInfo[None]) -> dict[str, Any]:
    """The check's observation, into the machine record."""
    case, ending = item.stash[CASE], item.stash.get(ENDING, Ending(Status.PASSED))
    duration = round(item.stash.setdefault(_DURATION, 0.0) + call.duration, 4)
    item.stash[_DURATION] = duration
    observation = Observation(
        check=case.name,
        criterion=case.declared.criterion,
        sentence=case.sentence,
        status=ending.status,
        expected=ending.expected,
        observed=ending.observed,
        where=ending.where,
        traceback=ending.traceback,
        fault=ending.fault,
        duration_s=duration,
        public=case.public,
        cause=ending.cause,
        output=_output(item, case, ending),
    )
    if call.when != "teardown":
        return {}
    if ending.unsure:
        partial.write_unsure(item.config.stash[SPEC].folder, case.name, case.public)
    partial.write(item.config.stash[SPEC].folder, item.stash[lanes.INDEX], observation)
    return {KEY: written(observation), PLACE: item.stash[lanes.INDEX]}


def _output(item: pytest.Item, case: Case, ending: Ending) -> str:
    """What the failed command said, for a public check.

    Where hidden checks run as well, only of a sandbox that none of them can have left anything in.
    """
    alone = all(_is_public(other) for other in item.session.items)
    outputs = [command.text for command in case.commands if case.public and (alone or command.fresh)]
    return "".join(outputs) if ending.status is Status.FAILED else ""


_DURATION: pytest.StashKey[float] = pytest.StashKey()


def pytest_internalerror(excrepr: Any) -> None:
    """Leaves the traceback for staff, where the runner finds it."""
    print(excrepr)  # noqa: T201 - the runner keeps this process's output
