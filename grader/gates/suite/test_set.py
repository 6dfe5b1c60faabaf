"""A set of tests, a bit for each: in a large suite hundreds of them run the same line, and all count."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class TestSet:
    """Tests by their index, and ``OUTSIDE``, which stands for what runs in none: bit ``index + 1`` of ``bits``."""

    __test__ = False

    bits: int = 0

    @classmethod
    def of(cls, tests: Iterable[int]) -> "TestSet":
        """The set of these."""
        bits = 0
        for test in tests:
            bits |= 1 << (test + 1)
        return cls(bits)

    @classmethod
    def read(cls, digits: str, tests: int) -> "TestSet":
        """As recorded: hexadecimal digits. ``ValueError`` if it is none, or one with more than ``tests`` tests."""
        if not digits.isascii() or not digits.isalnum() or len(digits) > tests // 4 + 1:
            raise ValueError("no set of tests")
        try:
            bits = int(digits, 16)
        except ValueError:
            raise ValueError("no set of tests") from None
        if bits.bit_length() > tests + 1:
            raise ValueError("a test that there is not")
        return cls(bits)

    def __iter__(self) -> Iterator[int]:
        digits = f"{self.bits:b}"
        last = len(digits) - 2
        return (last - n for n in range(len(digits) - 1, -1, -1) if digits[n] == "1")

    def __contains__(self, test: int) -> bool:
        return bool(self.bits >> (test + 1) & 1)

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __and__(self, other: "TestSet") -> "TestSet":
        return TestSet(self.bits & other.bits)

    def __or__(self, other: "TestSet") -> "TestSet":
        return TestSet(self.bits | other.bits)

    def __sub__(self, other: "TestSet") -> "TestSet":
        return TestSet(self.bits & ~other.bits)


NONE = TestSet()
IMPORTED = TestSet.of([OUTSIDE])
