"""Where the parts of a syntax tree stand in the text."""

import ast


class Text:
    """A module's text; columns of the tree are bytes, offsets are characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        """Of a place in the tree."""
        written = self._lines[line - 1]
        return self._starts[line - 1] + len(written.encode()[:column].decode(errors="replace"))

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """From the first character of a part to after its last."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def of(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """The text of a part."""
        start, end = self.span(node)
        return self.text[start:end]
