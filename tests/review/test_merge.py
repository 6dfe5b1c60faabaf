"""Reviews brought together, and entered into a result of which they change nothing else."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.errors import UsageError_
from grader.domain.evidence import Artefact, Observation
from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status
from grader.report import REPORTS, decode, encode
from grader.review.enter import with_review, without_review
from grader.review.merge import Merged, agreement, merge
from grader.review.nouns import Review, Subject, Verdict
from grader.review.tell import overview
from grader.review.words import alpha_sentence
from tests.report.parts import HOSTILE
from tests.review.samples import ADA, GRACE, ITEMS, result, review

BOTH = (review(ADA), review(GRACE))


def said(verdicts: dict[str, str], tree: str = "", names: tuple[str, ...] = ("Ada", "Grace", "Edsger")) -> list[Review]:
    """Reviews of one submission: of each item what each reviewer says by a letter, and - where they are not asked."""
    words = {"m": Verdict.MET, "p": Verdict.PARTLY_MET, "n": Verdict.NOT_MET, "a": Verdict.NOT_APPLICABLE}
    base = BOTH[0]
    return [
        replace(
            base,
            path=Path(f"{name}.md"),
            reviewer=name,
            subject=Subject("02-domain-modeling", f"learner-{tree or 7}", tree or base.subject.tree),
            answers={
                item: replace(base.answers["review.style"], verdict=words.get(letters[index], Verdict.CANNOT_SAY))
                for item, letters in verdicts.items()
            },
        )
        for index, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("letters", "together", "sentence"),
    [
        ("mmm", Verdict.MET, "Ada, Edsger and Grace agree: met."),
        ("m?m", Verdict.MET, "Ada and Edsger agree: met."),
        ("m??", Verdict.MET, "Ada says: met."),
        ("???", Verdict.CANNOT_SAY, "Ada, Edsger and Grace cannot say."),
        ("mpm", None, "Disputed: Ada says met, Edsger says met, Grace says partly met."),
        ("man", None, "Disputed: Ada says met, Edsger says not met, Grace says not applicable."),
        ("aa?", Verdict.NOT_APPLICABLE, "Ada and Grace agree: not applicable."),
    ],
)
def test_what_reviewers_say_together(letters: str, together: Verdict | None, sentence: str) -> None:
    (merged,) = merge(said({"review.style": letters}))
    (item,) = merged.items
    assert item.verdict is together
    assert f"review.style: {sentence}" in "\n".join(overview((merged,)))


def test_a_class_is_measured_by_all_that_two_or_more_judged() -> None:
    """Values by submission and item, as columns: mm nn mp m? aa, then mm pn."""
    one = said({"a.a": "mm", "a.b": "nn", "a.c": "mp", "a.d": "m?", "a.e": "aa"}, "1" * 64, ("Ada", "Grace"))
    two = said({"a.a": "mm", "a.b": "pn", "a.c": "m-", "a.d": "mm", "a.e": "an"}, "2" * 64, ("Ada", "Edsger"))
    merged = merge([*one, *two])
    found = agreement(merged)
    assert (found.units, found.values) == (6, 12)
    # Of 7 met, 2 partly met and 3 not met, squares of what lies between two: 4.5 for mp, 7 for mn, 2.5 for pn.
    observed = 2 * (4.5**2 + 2.5**2)
    expected = 2 * (7 * 2 * 4.5**2 + 7 * 3 * 7**2 + 2 * 3 * 2.5**2) / 11
    assert found.alpha == pytest.approx(1 - observed / expected)
    assert alpha_sentence(found).endswith("Of fewer than 5 submissions nobody can say how sure that is.")
    assert list(overview(merged))[-4:] == [
        f"2 submissions. {alpha_sentence(found)}",
        "  a.c: disputed in 1 of 2, alpha 0.00",
        "  a.b: disputed in 1 of 2, alpha 0.00",
        "  a.e: disputed in 1 of 2",
    ]


def test_reviews_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError_, match="are both by Ada Adler, of one submission"):
        merge([BOTH[0], replace(BOTH[0], path=Path("again.md"))])
    fewer = {item: answer for item, answer in BOTH[1].answers.items() if item != "review.style"}
    with pytest.raises(UsageError_, match=r"do not answer the same items: only one has review\.style"):
        merge([BOTH[0], replace(BOTH[1], answers=fewer)])


def automatic(found: Result) -> tuple[object, ...]:
    """All that was measured and judged by the grader."""
    own = ("domain.schema-review", "review.")
    return (
        replace(found, criteria=(), artefacts=()),
        tuple(c for c in found.criteria if not c.id.startswith(own)),
        tuple(a for a in found.artefacts if a.id != "peer-review"),
    )


def test_a_review_enters_a_result_and_changes_nothing_else() -> None:
    plain = result()
    (merged,) = merge(BOTH)
    entered = with_review(plain, merged, ITEMS)
    assert automatic(entered) == automatic(plain)
    assert without_review(entered) == plain
    assert decode(encode(entered)) == entered
    by_id = {c.id: c for c in entered.criteria}
    for item in merged.items:
        criterion = by_id[item.item]
        assert (criterion.status, criterion.score, criterion.max_score) == (Status.MANUAL, 0, 0)
        assert {f"peer-review::{name}" for name in ("Ada Adler", "Grace Grau")} < {
            o.check for o in criterion.observations
        }
    migrations = {o.check: o for o in by_id["review.migrations"].observations}
    assert migrations["peer-review"].status is Status.MANUAL  # disputed: nobody's word is taken for both
    assert migrations["peer-review::Grace Grau"].status is Status.FAILED
    assert "split it. Evidence: src/apps/posts" in migrations["peer-review::Grace Grau"].observed


def test_entered_again_it_is_the_same_and_what_would_be_lost_is_told() -> None:
    (merged,), (one,) = merge(BOTH), merge(BOTH[:1])
    entered = with_review(result(), merged, ITEMS)
    assert with_review(entered, merged, ITEMS) == entered
    with pytest.raises(UsageError_, match="the result holds the review of Grace Grau too, which would be lost"):
        with_review(entered, one, ITEMS)
    assert with_review(with_review(result(), one, ITEMS), merged, ITEMS) == entered


@pytest.mark.parametrize("name", ["assignment", "tree", "items"])
def test_a_review_of_something_else_enters_nothing(name: str) -> None:
    (merged,) = merge(BOTH)
    found, items = result(), ITEMS
    if name == "assignment":
        found = replace(found, assignment="03-api")
    elif name == "tree":
        found = replace(found, provenance=replace(found.provenance, tree_hash="0" * 64))
    else:
        items = ITEMS[1:]
    with pytest.raises(UsageError_) as told:
        with_review(found, merged, items)
    assert "--from" in told.value.hint


def hostile() -> Merged:
    """Reviews whose every word tries to be something else."""
    words = [HOSTILE, '"}]}</pre>', "peer-review::", "x" * 5000, "\ud800 lone", "::set-output name=x::y"]
    answers = {
        item: replace(answer, comment=words[i % len(words)], evidence=f"https://example.org/ {HOSTILE}")
        for i, (item, answer) in enumerate(BOTH[0].answers.items())
    }
    forger = "peer-review</b><script>"
    (merged,) = merge([replace(BOTH[0], answers=answers, reviewer=forger), BOTH[1]])
    return merged


def test_hostile_words_change_nothing_of_the_grader_either() -> None:
    plain = result()
    entered = with_review(plain, hostile(), ITEMS)
    assert automatic(entered) == automatic(plain)
    assert without_review(entered) == plain
    again = decode(encode(entered))
    assert automatic(again) == automatic(plain)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_renders_a_review_and_runs_nothing_of_it(name: str) -> None:
    text = REPORTS[name].render(with_review(result(), hostile(), ITEMS))
    ours = r"::(?:error|warning|notice) [^:]*::" if name == "annotations" else "(?!)"
    assert not re.search(rf"(?m)^\s*(?!{ours})::", text)
    if name == "html":
        assert "<script" not in text
    if name in ("html", "markdown"):
        plain = REPORTS[name].render(with_review(result(), merge(BOTH)[0], ITEMS))
        assert "Disputed: Ada Adler says met, Grace Grau says not met." in plain
        assert "It locks the table while it fills the slugs" in plain
    if name == "html":
        assert (
            '<a href="https://example.org/pulls/12" rel="noreferrer noopener">https://example.org/pulls/12</a>' in plain
        )
        assert not re.search(r'href="(?!https?://|#)', text)


def test_a_criterion_or_check_of_the_course_is_never_taken_for_a_review() -> None:
    """By no name that a module or a check can have."""
    plain = result()
    case = Observation("review::schema", "review.own", "It was read.", Status.PASSED)
    own = replace(plain.criteria[0], id="review.own", observations=(case,))
    table = Artefact("peer", "A table", "table", "[]", "review.own")
    found = replace(plain, criteria=(*plain.criteria, own), artefacts=(*plain.artefacts, table))
    assert without_review(found) == found


def test_points_are_never_a_matter_of_reviews() -> None:
    """Whatever reviewers say, and however often: score, bar and verdicts are as graded."""
    plain = result()
    answers = BOTH[0].answers
    for letters in itertools.product(Verdict, repeat=2):
        reviews = [
            replace(r, answers={i: replace(answers[i], verdict=v) for i in answers})
            for r, v in zip(BOTH, letters, strict=True)
        ]
        entered = with_review(plain, merge(reviews)[0], ITEMS)
        assert automatic(entered) == automatic(plain)
        added: list[CriterionResult] = [c for c in entered.criteria if c.id.startswith("review.")]
        assert all(c.max_score == c.score == 0 for c in added)
