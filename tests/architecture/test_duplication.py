"""Duplicated logic: what counts as the same, and that thousands of modules take seconds."""

import random
import resource
from pathlib import Path

import pytest

from grader.architecture.metrics import DUPLICATION
from grader.domain.status import Status
from tests.architecture.trees import measured

LOGIC = '''
def price(order, customer):
    """What it costs."""
    total = 0
    for line in order.lines:
        amount = line.quantity * line.product.price
        if line.product.is_reduced and customer.is_member:
            amount = amount * (100 - line.product.reduction) // 100
        total = total + amount
    if total > customer.free_from:
        shipping = 0
    else:
        shipping = customer.region.shipping
    taxes = (total + shipping) * customer.region.taxes // 100
    return {"total": total, "shipping": shipping, "taxes": taxes}
'''
METHOD = "class Cart:\n" + "".join(f"    {line}\n" for line in LOGIC.splitlines())
SHORT = "def f(a, b):\n    if a.x > b.x:\n        return a.y + b.y\n    return a.z - b.z\n"
TWICE = {
    "a copy": {"posts/a.py": LOGIC, "accounts/b.py": LOGIC},
    "under another name": {"posts/a.py": LOGIC, "accounts/b.py": LOGIC.replace("def price", "def cost")},
    "as a method": {"posts/a.py": LOGIC, "accounts/b.py": METHOD},
    "otherwise formatted": {
        "posts/a.py": LOGIC,
        "accounts/b.py": LOGIC.replace("order.lines", "(\n        order . lines\n    )").replace('"', "'"),
    },
    "with comments and another docstring": {
        "posts/a.py": LOGIC,
        "accounts/b.py": LOGIC.replace("What it costs.", "Other.").replace("    else:", "    # free\n    else:"),
    },
    "in the middle of something else": {
        "posts/a.py": LOGIC,
        "accounts/b.py": LOGIC.replace("    total = 0\n", "    print(order)\n    total = 0\n") + "    print(order)\n",
    },
    "within one module": {"posts/a.py": LOGIC + LOGIC.replace("def price", "def cost")},
    "in views": {"posts/views.py": LOGIC, "accounts/views.py": LOGIC},
    "several small methods together": {
        "posts/a.py": "class A:\n"
        + "".join(f"    def m{n}(self, a):\n        return a.b{n} + self.c{n}\n" for n in range(9)),
        "posts/b.py": "class B:\n"
        + "".join(f"    def m{n}(self, a):\n        return a.b{n} + self.c{n}\n" for n in range(9)),
    },
    "with names of another script": {
        "posts/a.py": LOGIC.replace("total", "合計"),
        "accounts/b.py": LOGIC.replace("total", "合計"),
    },
}
ONCE = {
    "alone": {"posts/a.py": LOGIC},
    "other names": {
        "posts/a.py": LOGIC,
        "accounts/b.py": LOGIC.replace("amount", "sum")
        .replace("total", "all")
        .replace("line", "row")
        .replace("customer", "buyer"),
    },
    "too short": {"posts/a.py": SHORT, "accounts/b.py": SHORT},
    "declarations": {
        "posts/a.py": "".join(f"FIELD_{n} = field(name='{n}', size={n}, unit='x')\n" for n in range(40)),
        "accounts/b.py": "".join(f"FIELD_{n} = field(name='{n}', size={n}, unit='x')\n" for n in range(40)),
    },
    "in tests": {"posts/tests.py": LOGIC, "accounts/tests.py": LOGIC, "posts/a.py": LOGIC},
    "in migrations": {"posts/migrations/0001_a.py": LOGIC, "accounts/migrations/0001_a.py": LOGIC},
    "lines that repeat each other": {"posts/a.py": "def f(a):\n" + "    a.row(b, c, d, e)\n" * 60},
    "long, but in few lines": {
        "posts/a.py": f"def f(a):\n    return [{', '.join(f'a.x{n}' for n in range(80))}]\n",
        "accounts/b.py": f"def f(a):\n    return [{', '.join(f'a.x{n}' for n in range(80))}]\n",
    },
}


@pytest.mark.parametrize("files", TWICE.values(), ids=TWICE)
def test_the_same_logic_is_found_once(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, DUPLICATION, files)
    assert (found.status, found.value, found.unit) == (Status.PASSED, 1, "blocks")
    (finding,) = found.findings
    assert finding.detail.split(":")[0] in files
    assert "lines (" in finding.message
    assert finding.where is not None
    assert finding.where.path in files


@pytest.mark.parametrize("files", ONCE.values(), ids=ONCE)
def test_what_is_not_the_same(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, DUPLICATION, files)
    assert (found.status, found.value) == (Status.PASSED, 0), found.findings


def test_all_places_of_one_block_are_one_finding(tmp_path: Path) -> None:
    files = {f"posts/m{n}.py": "\n" * n + LOGIC for n in range(5)}
    (finding,) = measured(tmp_path, DUPLICATION, files).findings
    assert "and 3 more places" in finding.message
    assert [line.split(":")[0] for line in finding.detail.splitlines()] == [f"posts/m{n}.py" for n in range(1, 5)]
    assert finding.detail.splitlines()[1].startswith("posts/m2.py:4-")


@pytest.mark.slow
def test_five_thousand_modules_take_seconds(tmp_path: Path) -> None:
    """Most of them with a function that all have, which is the worst for whoever compares pairs."""
    drawn = random.Random(1)
    files = {
        f"app{n % 50}/m{n}.py": LOGIC
        + "".join(f"\n\ndef g{n}_{k}(a):\n    return a.x{drawn.randrange(10**9)}\n" for k in range(4))
        for n in range(5000)
    }
    before = processor_seconds()
    found = measured(tmp_path, DUPLICATION, files)
    assert (found.status, found.value) == (Status.PASSED, 1)
    assert "and 4998 more places" in found.findings[0].message
    assert processor_seconds() - before < 30  # 8 on a machine that does nothing else


def processor_seconds() -> float:
    """What this process and its children that have ended took."""
    each = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in each)


def test_one_statement_a_thousand_times_is_no_blow_up(tmp_path: Path) -> None:
    body = "    table.add(row, column, value, other, more, again)\n" * 8_000
    found = measured(tmp_path, DUPLICATION, {"posts/a.py": f"def f(table):\n{body}\n    return table\n"})
    assert found.value is not None
    assert found.value <= 1
