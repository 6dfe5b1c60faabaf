"""What is changed in Django code, and what is left alone."""

import ast

import pytest

from grader.gates.strength.mutant import QUESTIONS
from grader.gates.strength.operators import choices, mutants

CHANGED = [
    ("Post.objects.filter(a=1, b=2)", "argument", "Post.objects.filter(a=1)"),
    ("Post.objects.filter(a=1)", "filter", "Post.objects.exclude(a=1)"),
    ("Post.objects.filter(a__lte=1)", "lookup", "Post.objects.filter(a__lt=1)"),
    ("Post.objects.all().order_by('-a')", "order", "Post.objects.all().order_by('a')"),
    ("Post.objects.all().distinct()", "link", "Post.objects.all()"),
    ("Q(a=1) | Q(b=1)", "q", "(Q(a=1) & Q(b=1))"),
    ("~Q(a=1)", "not", "(Q(a=1))"),
    ("models.ForeignKey(A, on_delete=models.CASCADE)", "on-delete", "models.ForeignKey(A, on_delete=models.PROTECT)"),
    ("models.CharField(unique=True)", "boolean", "models.CharField(unique=False)"),
    ("models.IntegerField(default=0)", "default", "models.IntegerField()"),
    ("constraints = [a, b]", "constraint", "constraints = [b]"),
    ("Status.DRAFT", "choice", "Status.PUBLISHED"),
    ("a < b", "comparison", "(a >= b)"),
    ("a and b", "and-or", "((a) or (b))"),
    ("a or b", "operand", "((a))"),
    ("def f():\n    raise ValueError", "raise", "def f():\n    pass"),
    ("def f():\n    self.save()", "statement", "def f():\n    pass"),
    ("def f():\n    return self.a", "return", "def f():\n    return None"),
    ("if a:\n    b", "condition", "if (not (a)):\n    b"),
    ("'ü' + 'ä', a + 1", "arithmetic", "'ü' + 'ä', (a - 1)"),
]
LEFT_ALONE = [
    "a = models.CharField(max_length=50)",
    "a = models.CharField(help_text=f(1), verbose_name=g(2))",
    "indexes = [models.Index(fields=a)]",
    "def f(a: Literal[1]) -> Literal[2]:\n    pass",
    "if TYPE_CHECKING:\n    a = 1",
    "super().clean()",
    "logger.info('a')",
    "'a docstring'",
    "import a",
    "class A(TypedDict, total=False):\n    pass",
    "a = data.get('a', b)",
    "f'{a + 1}'",
]
SIBLINGS = {"Status": ["DRAFT", "PUBLISHED"]}


@pytest.mark.parametrize(("text", "operator", "becomes"), CHANGED)
def test_what_is_changed(text: str, operator: str, becomes: str) -> None:
    found = {(each.operator, each.applied(text)) for each in mutants("a.py", text, ast.parse(text), SIBLINGS)}
    assert (operator, becomes) in found


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_left_alone(text: str) -> None:
    assert list(mutants("a.py", text, ast.parse(text), SIBLINGS)) == []


def test_every_operator_has_a_question_and_a_case() -> None:
    assert {operator for _, operator, _ in CHANGED} | {"number", "validators"} == set(QUESTIONS)


def test_the_function_is_named() -> None:
    text = "A = 1\n\n\nclass B:\n    c = 2\n\n    def d(self, e=3):\n        return 4 + e\n"
    found = {(each.new, each.function) for each in mutants("a.py", text, ast.parse(text), {})}
    assert {("2", ""), ("3", ""), ("4", ""), ("None", "d")} <= found


def test_choices_are_found() -> None:
    text = "class Status(models.TextChoices):\n    DRAFT = 'd', 'D'\n    PUBLISHED = 'p'\n    def f(self): pass\n"
    assert choices([ast.parse(text)]) == SIBLINGS
