"""Planted faults: what reviewers get gives nothing away, and what they are told afterwards is the truth."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import Course, load_course, project_tree
from grader.course.planted import Planted, plant
from grader.course.projection import write_tree
from grader.domain.course import Module, ReviewItem, State
from grader.domain.errors import UsageError_
from grader.intake import take_in
from grader.review.calibrate import Key, encode_key, fault_of, form, make_key, read_key, scores
from grader.review.form import Written, render
from grader.review.nouns import Answer, Review, Subject, Verdict
from grader.review.raw import read_raw
from grader.review.tell_calibration import for_reviewer, for_staff
from tests.review.samples import ROOT

NAMES = ("look-then-write", "undated-and-stored", "feed-oldest-first-among-equals")


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(ROOT)


@pytest.fixture(scope="module")
def module(course: Course) -> Module:
    return course.modules[1]


@pytest.fixture(scope="module")
def planted(course: Course, module: Module) -> Planted:
    return plant(course, module, count=4, seed=0, names=NAMES)


@pytest.fixture(scope="module")
def key(planted: Planted, module: Module) -> Key:
    faults = tuple(fault_of(m, b, planted.tree) for m, b in zip(planted.mutants, planted.without, strict=True))
    return make_key(module, "0" * 64, 3, faults, [name for m in planted.mutants for name in m.may_fail])


def reviewed(key: Key, name: str, said: dict[str, tuple[Verdict, str]]) -> Review:
    """A review that calls everything right, but for what is said."""
    answers = {}
    for criterion in key.titles:
        verdict, link = said.get(criterion, (Verdict.MET, "README.md"))
        answers[criterion] = Answer(verdict, link, (link,) if link else (), "Because.")
    return Review(Path(f"{name}.md"), Subject(key.assignment, "submission", key.tree), name, answers, key.titles)


def test_each_fault_is_where_the_key_says(key: Key, planted: Planted) -> None:
    assert [fault.mutant for fault in key.faults] == list(NAMES)
    for fault in key.faults:
        assert fault.places
        for path, first, last in fault.places:
            assert 1 <= first <= last <= planted.tree[path][0].decode().count("\n") + 1
        assert fault.diff.startswith("--- src/")
    slug = key.faults[0]
    assert [path for path, _, _ in slug.places] == ["src/apps/core/models.py"]


def test_sound_criteria_are_those_that_no_fault_can_reach(key: Key, module: Module, planted: Planted) -> None:
    wrong = {name for m in planted.mutants for name in (*m.must_fail, *m.may_fail)}
    assert len(key.sound) >= 4
    for name in key.sound:
        assert name not in wrong
        assert not wrong & set(module.with_required([name]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drawn_faults_are_apart_and_drawn_again_the_same(course: Course, module: Module, seed: int) -> None:
    found = plant(course, module, count=5, seed=seed)
    reach = [name for m in found.mutants for name in (*m.must_fail, *m.may_fail)]
    assert len(found.mutants) == 5
    assert len(reach) == len(set(reach))
    assert plant(course, module, count=5, seed=seed) == found
    assert found.tree != project_tree(course, State(2, True))


@pytest.mark.parametrize(
    ("names", "count", "said"),
    [
        (("no-such",), 1, "has no mutant no-such"),
        (("undated-and-stored", "undated-and-stored"), 1, ""),
        (("dated-drafts-stored", "undated-and-stored"), 1, r"both fail domain\.db-published-at"),
        ((), 500, "can be planted together"),
    ],
)
def test_what_cannot_be_planted_is_told(
    course: Course, module: Module, names: tuple[str, ...], count: int, said: str
) -> None:
    if not said:
        assert len(plant(course, module, count=count, seed=0, names=names).mutants) == 1
        return
    with pytest.raises(UsageError_, match=said) as told:
        plant(course, module, count=count, seed=0, names=names)
    assert told.value.hint


def test_what_reviewers_get_names_no_fault(key: Key, module: Module, planted: Planted, tmp_path: Path) -> None:
    text = form(key, module, "submission")
    folder = write_tree(planted.tree, tmp_path / "submission")
    handed = [text, *(p.read_text("utf-8", "replace") for p in folder.rglob("*") if p.is_file())]
    for fault in key.faults:
        assert not any(fault.mutant in page or fault.title in page for page in handed)
    (tmp_path / "review.md").write_text(text, "utf-8")
    raw = read_raw(tmp_path / "review.md")
    order = [c.id for c in module.criteria if c.id in key.titles]
    assert list(raw.items) == order  # of the module, so that it tells nothing
    assert len(order) == len(key.sound) + sum(len(f.criteria) for f in key.faults)


def test_the_tree_of_the_key_is_the_one_that_a_grading_finds(planted: Planted, tmp_path: Path) -> None:
    one = take_in(write_tree(planted.tree, tmp_path / "a"), into=tmp_path / "x", slug="").tree_hash
    other = take_in(write_tree(planted.without[0], tmp_path / "b"), into=tmp_path / "y", slug="").tree_hash
    assert one != other


def test_reviewers_are_told_what_they_saw_and_missed(key: Key) -> None:
    slug, date, feed = key.faults
    path, line, _ = slug.places[0]
    ada = reviewed(
        key,
        "Ada",
        {
            slug.criteria[0]: (Verdict.NOT_MET, f"{path}:{line + 4}"),
            feed.criteria[0]: (Verdict.PARTLY_MET, "README.md"),
            key.sound[0]: (Verdict.NOT_MET, "README.md"),
            date.criteria[0]: (Verdict.CANNOT_SAY, ""),
        },
    )
    sharp = reviewed(key, "Grace", {c: (Verdict.NOT_MET, f.places[0][0]) for f in key.faults for c in f.criteria})
    blind = reviewed(key, "Edsger", {})
    first, second, third = scores(key, [ada, sharp, blind])
    assert [(s.fault.mutant, s.at_its_place) for s in first.seen] == [(slug.mutant, True), (feed.mutant, False)]
    assert [fault.mutant for fault in first.missed] == [date.mutant]
    assert (first.alarms, first.unsure) == ((key.sound[0],), (date.criteria[0],))
    assert second.agreement.alpha == 1
    assert third.agreement.alpha is not None
    assert third.agreement.alpha < 0
    lines = "\n".join(for_staff(key, (first, second, third), [ada, sharp, blind]))
    assert "Ada: saw 2 of 3 faults, 1 of these at their place" in lines
    assert f"{date.mutant} ({date.criteria[0]}): seen by Grace" in lines
    page = for_reviewer(key, first)
    assert "You did not see it" in page
    assert date.title in page
    assert key.titles[key.sound[0]].split("`")[0] in page


def test_a_review_of_something_else_is_not_scored(key: Key) -> None:
    one = reviewed(key, "Ada", {})
    for other in (
        replace(one, subject=replace(one.subject, tree="1" * 64)),
        replace(one, answers=dict(list(one.answers.items())[1:])),
    ):
        with pytest.raises(UsageError_, match="is no review of the submission that this key is of"):
            scores(key, [other])
    with pytest.raises(UsageError_, match="two reviews by Ada"):
        scores(key, [one, one])


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 100_000, b'{"schema": "x"}'])
def test_what_is_no_key_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(content)
    with pytest.raises(UsageError_, match=r"key\.json") as told:
        read_key(path)
    assert "--key" in told.value.hint


def test_a_key_is_read_as_it_was_written(key: Key, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(encode_key(key), "utf-8")
    assert read_key(path) == key


def test_a_form_without_machine_evidence_has_none(module: Module) -> None:
    item = ReviewItem("domain.feed", "It is so", "", module.criteria[0].dimension)
    text = render(Subject("a", "b", "c"), "title", [(item, ())], written={"domain.feed": Written("met", "x.py:1", "")})
    assert "What the machine saw" not in text
    assert "- Verdict: met\n- Evidence: x.py:1\n- Comment:\n" in text
