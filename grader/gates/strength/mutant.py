"""One small change of a module that tests should notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """``start`` and ``end`` are offsets in the text of the module ``path``, which ``new`` takes the place of.

    ``function`` is the name of the function that it is in, "" in the body of a class or a module.
    """

    operator: str
    path: str
    line: int
    start: int
    end: int
    new: str
    function: str

    def applied(self, text: str) -> str:
        """The module with the change."""
        return text[: self.start] + self.new + text[self.end :]


# What a test should have asked, by operator.
QUESTIONS = {
    "and-or": "Which test has one of the two conditions true and the other false?",
    "argument": "Which test has a row that this condition alone leaves out, or one that it alone lets in?",
    "arithmetic": "Which test compares the number that comes out with one that you worked out yourself?",
    "boolean": "Which test tells this option from its opposite?",
    "choice": "Which test would fail if another of the choices stood here?",
    "comparison": "Which test stands exactly on the boundary, and which ones just beside it?",
    "constraint": "Which test tries to store what this rule forbids, past the forms?",
    "default": "Which test leaves the value out and looks at what it becomes?",
    "filter": "Which test has rows on both sides of this filter?",
    "condition": "Which test comes here with the condition true, and which with it false?",
    "link": "Which test would notice if this step of the query were missing?",
    "lookup": "Which test tells this lookup from its neighbour: another case, or the boundary itself?",
    "not": "Which test comes here with the condition true, and which with it false?",
    "number": "Which test stands exactly at this number?",
    "on-delete": "Which test deletes what this points to, and looks at what is left?",
    "operand": "Which test has only this condition decide?",
    "order": "Which test has at least two rows and looks at their order?",
    "q": "Which test has a row that only one of the two conditions lets in?",
    "raise": "Which test does what is refused here, and expects the refusal?",
    "return": "Which test compares what is returned with a value that you wrote down?",
    "statement": "Which test looks at what this line brings about?",
    "validators": "Which test gives a value that this validation has to refuse?",
}
