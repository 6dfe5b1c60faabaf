"""A merged review enters a result as the evidence of what a person judges, and changes nothing else in it."""

import json
from collections.abc import Iterator
from dataclasses import replace

from grader.domain.course import REVIEW_ITEMS, ReviewItem
from grader.domain.errors import UsageError_
from grader.domain.evidence import Artefact, Observation
from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status
from grader.report.reviews import ARTEFACT, TOGETHER, of_reviewer, reviewers, unreviewed
from grader.review.items import items_of
from grader.review.links import place
from grader.review.merge import Merged, Together
from grader.review.nouns import Review, Verdict
from grader.review.words import outcome

_STATUS = {Verdict.MET: Status.PASSED, Verdict.PARTLY_MET: Status.FAILED, Verdict.NOT_MET: Status.FAILED}


def without_review(result: Result) -> Result:
    """The result as the grader made it."""
    criteria = tuple(unreviewed(c) for c in result.criteria if not _is_own(c))
    return replace(result, criteria=criteria, artefacts=tuple(a for a in result.artefacts if a.id != ARTEFACT))


def with_review(result: Result, merged: Merged, items: tuple[ReviewItem, ...]) -> Result:
    """The result with what the reviewers said of each manual criterion, and of the items that every review has.

    All of it is ``manual`` and carries no points. Score, verdicts, gates, levels and provenance are as they were. A
    review that the result held is replaced.

    Raises:
        UsageError_: the reviews are of something else, answer other items, or one that the result holds is not given.
    """
    plain = without_review(result)
    asked = items_of(plain, items)
    _refuse_others(result, merged, asked)
    said = {together.item: together for together in merged.items}
    known = {c.id for c in plain.criteria}
    criteria = tuple(
        replace(c, observations=(*c.observations, *_observations(said[c.id], merged))) if c.id in said else c
        for c in plain.criteria
    )
    own = tuple(_criterion(item, said[item.id], merged) for item in asked if item.id not in known)
    artefacts = (*plain.artefacts, _table(merged, asked[0].id))
    return replace(plain, criteria=criteria + own, artefacts=artefacts)


def _is_own(criterion: CriterionResult) -> bool:
    """Whether a review brought it: no task of a brief asks for it."""
    return criterion.id.startswith(REVIEW_ITEMS) and criterion.status is Status.MANUAL and criterion.task == 0


def _refuse_others(result: Result, merged: Merged, asked: tuple[ReviewItem, ...]) -> None:
    first = merged.reviews[0]
    if merged.subject.key != (result.assignment, result.provenance.tree_hash):
        raise UsageError_(
            f"{first.path} is a review of {merged.subject.assignment}, tree {merged.subject.tree[:12]}; this result is "
            f"of {result.assignment}, tree {result.provenance.tree_hash[:12]}",
            f"Begin a form by the new result, with what was written: `grader review new … --from {first.path}`.",
        )
    if missing := sorted({item.id for item in asked} ^ first.answers.keys()):
        raise UsageError_(
            f"{first.path} does not answer what this result asks; it differs in {', '.join(missing)}",
            f"Begin a form by this result, with what was written: `grader review new … --from {first.path}`.",
        )
    given = {review.reviewer for review in merged.reviews}
    if lost := sorted({name for c in result.criteria for name in reviewers(c)} - given):
        raise UsageError_(
            f"the result holds the review of {', '.join(lost)} too, which would be lost",
            "Give their files as well, or the result as it was before any review.",
        )


def _criterion(item: ReviewItem, said: Together, merged: Merged) -> CriterionResult:
    return CriterionResult(
        id=item.id,
        title=item.sentence,
        status=Status.MANUAL,
        score=0,
        max_score=0,
        task=0,
        dimension=item.dimension,
        hint=item.look_at,
        docs=(),
        blocked_by=(),
        observations=tuple(_observations(said, merged)),
    )


def _observations(said: Together, merged: Merged) -> Iterator[Observation]:
    status = _STATUS.get(said.verdict, Status.MANUAL) if said.verdict else Status.MANUAL
    yield Observation(TOGETHER, said.item, outcome(said), status, public=True)
    for review in merged.reviews:
        yield _observation(review, said.item)


def _observation(review: Review, item: str) -> Observation:
    answer = review.answers[item]
    evidence = f"Evidence: {answer.evidence}" if answer.evidence else ""
    return Observation(
        check=of_reviewer(review.reviewer),
        criterion=item,
        sentence=f"{review.reviewer}: {answer.verdict}.",
        status=_STATUS.get(answer.verdict, Status.MANUAL),
        observed=("\n" if "\n" in answer.comment else " ").join(filter(None, (answer.comment, evidence))),
        where=next(filter(None, map(place, answer.links)), None),
        public=True,
    )


def _table(merged: Merged, criterion: str) -> Artefact:
    names = [review.reviewer for review in merged.reviews]
    rows = [
        [said.item, said.verdict or "disputed", *(said.by_reviewer[name].value for name in names)]
        for said in merged.items
    ]
    body = json.dumps({"columns": ["Item", "Together", *names], "rows": rows}, ensure_ascii=False)
    return Artefact(ARTEFACT, "What the reviewers say", "table", body, criterion)
