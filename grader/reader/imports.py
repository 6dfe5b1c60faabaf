"""Which packages a module of Python needs, read in the child: nothing runs."""

import ast
from collections.abc import Iterable, Iterator

from grader.reader.startup import tree


def imports(data: bytes) -> list[str]:
    """The first names of all that the module imports for certain, each once.

    What it tries to import, or imports for a checker of types only, it can do without.
    """
    return list(dict.fromkeys(_imported(tree(data))))


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (name.name.partition(".")[0] for name in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module.partition(".")[0]
        case ast.Try():
            yield from _all_imported([*node.orelse, *node.finalbody])
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            yield from _all_imported(node.orelse)
        case _:
            yield from _all_imported(ast.iter_child_nodes(node))


def _all_imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        yield from _imported(node)
