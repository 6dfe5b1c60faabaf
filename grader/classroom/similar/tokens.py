"""Python source as the words that count when two files are compared, each with its line.

What somebody changes without thinking is not among them: names, strings, numbers, comments, docstrings, layout, the
order of imports, and commas that a formatter adds.
"""

import io
import keyword
import tokenize
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

_LAYOUT = frozenset((tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING))
_ENDS = frozenset((tokenize.NEWLINE, tokenize.ENDMARKER))
_KEYWORDS = frozenset(keyword.kwlist)
# Of 3.12 and 3.14: there is no such kind before.
_OPENS = frozenset(getattr(tokenize, name, -1) for name in ("FSTRING_START", "TSTRING_START")) - {-1}
_CLOSES = frozenset(getattr(tokenize, name, -1) for name in ("FSTRING_END", "TSTRING_END")) - {-1}
_NAME, _STRING, _NUMBER = "name", "string", "number"
_BRACKETS = frozenset(")]}")
Word = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a file as numbers below 2**32, the same for the same word in any process, with their lines from 1.

    ``broken_at`` is the line from which on Python itself cannot read the file, or ``None``: no word after it counts.
    """

    words: "array[int]"
    lines: "array[int]"
    broken_at: int | None = None


def read_tokens(text: str, most: int) -> Tokens:
    """The words of a file, at most so many of them."""
    words, lines = array("I"), array("I")
    numbers: dict[str, int] = {}
    broken_at = None
    try:
        for word, line in _words(text):
            if len(words) >= most:
                break
            number = numbers.get(word)
            words.append(numbers.setdefault(word, _number(word)) if number is None else number)
            lines.append(line)
    except (tokenize.TokenError, SyntaxError) as problem:
        broken_at = _line(problem)
    return Tokens(words, lines, broken_at)


def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=4).digest())


def _line(problem: tokenize.TokenError | SyntaxError) -> int:
    where = problem.lineno if isinstance(problem, SyntaxError) else problem.args[1][0]
    return where or 1


def _words(text: str) -> Iterator[Word]:
    """Statement by statement, so that one that is no more than an import or a string is left out whole."""
    statement: list[Word] = []
    for word in _plain(tokenize.generate_tokens(io.StringIO(text).readline)):
        if word is not None:
            statement.append(word)
        elif statement:
            yield from _counted(statement)
            statement = []
    yield from _counted(statement)


def _counted(statement: list[Word]) -> Iterable[Word]:
    if not statement or statement[0][0] in ("import", "from"):
        return ()
    if all(word == _STRING for word, _ in statement):
        return ()
    return _without_commas(statement)


def _without_commas(statement: list[Word]) -> Iterator[Word]:
    """Without a comma before a closing bracket; strings that stand side by side are one."""
    last = len(statement) - 1
    for place, (word, line) in enumerate(statement):
        following = statement[place + 1][0] if place < last else ""
        if (word == "," and following in _BRACKETS) or (word == following == _STRING):
            continue
        yield word, line


def _plain(found: Iterable[tokenize.TokenInfo]) -> Iterator[Word | None]:
    """Each word with its line; ``None`` where a statement ends. Of an f-string what is in it is no word."""
    depth = 0
    for token in found:
        kind = token.type
        if kind in _OPENS:
            depth += 1
        elif kind in _CLOSES:
            depth -= 1
            if not depth:
                yield _STRING, token.start[0]
        elif depth or kind in _LAYOUT:
            continue
        elif kind in _ENDS:
            yield None
        else:
            yield _word(kind, token.string), token.start[0]


def _word(kind: int, text: str) -> str:
    if kind == tokenize.NAME:
        return text if text in _KEYWORDS else _NAME
    if kind == tokenize.STRING:
        return _STRING
    return _NUMBER if kind == tokenize.NUMBER else text
