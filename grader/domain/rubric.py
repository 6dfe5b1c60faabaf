"""The rubric of the capstone: what each level of a dimension shows, and the evidence that it is so."""

from dataclasses import dataclass

from grader.domain.course import Dimension, Gate, Level, ReviewItem


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One thing that a level shows, in the words of the rubric.

    ``evidence`` are ids of criteria and gates: all of them have to pass. ``review`` are items of the peer review,
    which a person judges. ``not_measured`` says what of it nothing measures yet; "" if nothing is left.
    """

    text: str
    evidence: tuple[str, ...]
    review: tuple[ReviewItem, ...] = ()
    not_measured: str = ""


@dataclass(frozen=True, slots=True)
class DimensionRubric:
    """What the levels of one dimension show. Below *meets* nothing has to be: ``otherwise`` says what is seen there."""

    dimension: Dimension
    title: str
    otherwise: tuple[str, ...]
    meets: tuple[Descriptor, ...]
    exceeds: tuple[Descriptor, ...]

    def above(self, level: Level) -> tuple[tuple[Level, tuple[Descriptor, ...]], ...]:
        """The levels above this one with what they show, the lowest first."""
        steps = ((Level.MEETS, self.meets), (Level.EXCEEDS, self.exceeds))
        return steps[tuple(Level).index(level) :]


@dataclass(frozen=True, slots=True)
class Rubric:
    """The five dimensions, in their order, and the gates that give evidence for them.

    ``architecture`` are those that are measured by reading how the project is built, apart from all others.
    """

    dimensions: tuple[DimensionRubric, ...]
    gates: tuple[Gate, ...]
    architecture: tuple[Gate, ...] = ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """The ids of all criteria and gates that it names, each once, in its order."""
        descriptors = (d for one in self.dimensions for _, shown in one.above(Level.NEEDS_IMPROVEMENT) for d in shown)
        return tuple(dict.fromkeys(name for descriptor in descriptors for name in descriptor.evidence))
