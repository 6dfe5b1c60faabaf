"""A check's line to the project, in the database that the check asks for."""

from grader.checkpoint.kit.case import Case
from grader.stage.line import Line
from grader.stage.places import MIGRATED, Place, Vendor
from grader.stage.project import Project
from grader.stage.registry import POSTGRES, find
from grader.stage.spec import Mode
from grader.stage.stage import Stage


def migrated_line(stage: Stage, case: Case) -> Line:
    """In a database of its own, which is made from the migrated template. Raises ``Broken``, or ``AgentFault``."""
    stage.check_time()
    project = _project(stage, case.declared.down)
    project.ready(case.vendor)
    mode = isolation(stage, case)
    return case.line(project, _database(stage, case, mode), mode)


def empty_line(stage: Stage, case: Case, vendor: Vendor) -> Line:
    """In an empty database. Raises the same."""
    stage.check_time()
    stage.main.ready()
    place, prepare = stage.databases.empty(case.stack, vendor)
    line = case.line(stage.main, place, "fork")
    line.move(place, prepare)
    return line


def isolation(stage: Stage, case: Case) -> Mode:
    """How a check is kept apart: as the run says, but by a child of its own if it asks for a server of its own."""
    own = case.declared.database is not None or case.declared.down is not None
    return "fork" if own or case.vendor != stage.spec.database else stage.spec.mode


def _project(stage: Stage, down: str | None) -> Project:
    """What is to be down has to be there for the project, which has its database in any case."""
    return stage.main if down in (None, POSTGRES.name) else stage.main_beside(find(down))


def _database(stage: Stage, case: Case, mode: Mode) -> Place:
    if case.vendor == "postgres" and mode != "fork":
        return stage.shared_database()
    return stage.databases.copy(case.stack, case.vendor, MIGRATED)
