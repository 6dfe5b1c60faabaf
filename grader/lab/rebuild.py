"""The notebook that is graded: the course's own cells, with nothing of the learner's but the text of the answers."""

from collections.abc import Iterator

from grader.lab.nouns import Cell, CourseCell, HandedIn, Lab, Rebuilt, Step

_PREFIX = "track-"
_OURS = "the course's own was used"


def rebuild(lab: Lab, handed_in: HandedIn) -> Rebuilt:
    """The course's cells in their order with the learner's answers, and the learner's other code where it stood.

    A missing, doubled, unlocked or moved cell cannot be expressed in it: it becomes a note.
    """
    texts, others, notes = _sorted(lab, handed_in)
    cells, steps = list[Cell](), list[Step]()
    for position, ours in enumerate(lab.cells, 1):
        if ours.role != "example":
            cells.append(_placed(ours, texts, len(cells)))
            steps += _steps(ours, cells[-1])
        for source in others.get(position, ()):
            cells.append(_extra(source, len(cells)))
            steps.append(Step(cells[-1]["id"], "learner", source))
    for source in reversed(others.get(0, [])):
        cells.insert(0, _extra(source, len(cells)))
        steps.insert(0, Step(cells[0]["id"], "learner", source))
    answers = {name: text for name, text in texts.items() if name}
    return Rebuilt(tuple(cells), tuple(steps), tuple(notes), answers)


def _sorted(lab: Lab, handed_in: HandedIn) -> tuple[dict[str, str], dict[int, list[str]], list[str]]:
    """Texts of answers by grade id, other code by how many of the course's cells stand before it, and notes."""
    ours = {cell.grade_id: (position, cell) for position, cell in enumerate(lab.cells, 1) if cell.grade_id}
    texts, others, seen, twice = dict[str, str](), dict[int, list[str]](), dict[str, str](), dict[str, None]()
    after = 0
    for cell in handed_in.cells:
        name, source = cell["grade_id"], cell["source"]
        if name in ours and name not in seen:
            after, seen[name] = max(after, ours[name][0]), source
            if ours[name][1].is_learners:
                texts[name] = source
            continue
        if name in ours:
            twice[name] = None
            if not ours[name][1].is_learners:
                continue
        if cell["cell_type"] == "code":
            others.setdefault(after, []).append(source)
    return texts, others, list(_notes(lab, seen, twice))


def _notes(lab: Lab, seen: dict[str, str], twice: dict[str, None]) -> Iterator[str]:
    for ours in lab.cells:
        name = f"The cell `{ours.grade_id}`"
        if not ours.grade_id or ours.role == "text":
            continue
        if ours.grade_id not in seen:
            yield f"{name} is missing: {'it counts as empty' if ours.is_learners else _OURS}."
        elif ours.grade_id in twice:
            first = "the first one is the answer, the others were run where they stand"
            yield f"{name} is there more than once: {first if ours.is_learners else _OURS}."
        elif not ours.is_learners and seen[ours.grade_id].split() not in (released(ours).split(), ours.source.split()):
            yield f"{name} was changed: {_OURS}."
    if not seen:
        yield f"None of the lab's cells is in it: is this the notebook {lab.name}.ipynb of module {lab.number:02d}?"


def released(cell: CourseCell) -> str:
    """The text of a locked cell as learners receive it: without hidden lines."""
    lines = cell.source.splitlines()
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in cell.hidden)


def _placed(ours: CourseCell, texts: dict[str, str], number: int) -> Cell:
    cell = dict(ours.cell, id=f"{_PREFIX}{number}")
    if ours.is_learners:
        cell["source"] = texts.get(ours.grade_id, "")
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell


def _extra(source: str, number: int) -> Cell:
    return {
        "cell_type": "code",
        "id": f"{_PREFIX}extra-{number}",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _steps(ours: CourseCell, placed: Cell) -> list[Step]:
    if placed["cell_type"] != "code" or ours.role == "text":
        return []
    if ours.role == "tests":
        lines = enumerate(ours.source.splitlines(), 1)
        visible = "\n".join("" if number in ours.hidden else line for number, line in lines)
        return [Step(placed["id"], "tests", ours.source, visible)]
    return [Step(placed["id"], "given" if ours.role == "given" else "learner", placed["source"])]
