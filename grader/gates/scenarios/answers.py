"""What goes out: the fields of an answer, its status, the committed document that describes it, and escaped text."""

import ast
import re
from collections.abc import Iterator

from grader.gates.scenarios.module import Function, Module, Placed, keyword, last_name
from grader.gates.scenarios.protection import Protection
from grader.gates.scenarios.rules import number

_ANSWER = ("JsonResponse", "Response")
_SERIALIZER = re.compile(r"(Serializer|Schema)(\[|$)")
_SANITISER = re.compile(r"saniti[sz]|strip_tags|plain_text|escape_html|clean_html|remove_(tags|markup|html)")
_SANITISING = ("django.utils.html", "nh3", "bleach", "markupsafe", "html")
_SANITISERS = ("escape", "conditional_escape", "strip_tags", "clean")
_DOCUMENT = re.compile(r"(^|/)(openapi|schema|swagger)[\w.-]*\.(ya?ml|json)$", re.IGNORECASE)
_IN_YAML = re.compile(r"^\s{1,8}['\"]?(/[^\s'\"]*)['\"]?:\s*$", re.MULTILINE)
_IN_JSON = re.compile(r"\"(/[^\"\s]*)\"\s*:\s*\{")
_LARGEST = 4 << 20


def fields(module: Module) -> Iterator[Protection]:
    """Fields of serializers and schemas, and keys of answers that are written out."""
    for at in module.parts:
        match at.node:
            case ast.ClassDef():
                yield from _serializer(module, at, at.node)
            case ast.Call() if last_name(at.node) in _ANSWER and at.function and not _is_error(at.node):
                yield from _keys(module, at, at.node)


def statuses(module: Module) -> Iterator[Protection]:
    """Statuses that are written down where an answer is made, or in the class of an error."""
    for at in module.parts:
        match at.node:
            case ast.Call() if at.function:
                given = keyword(at.node, "status", "status_code")
                for part in _choices(given.value) if given is not None and _answers(at.node) else []:
                    yield from _status(module, at, part)
            case ast.Return(value=ast.Tuple(elts=[first, *_])) if at.function and "ninja" in str(module.imported):
                yield from _status(module, at, first)
            case ast.Assign(targets=[ast.Name(id="status_code")], value=value) if not at.function:
                yield from _status(module, at, value)


def markup(module: Module) -> Iterator[Protection]:
    """What takes markup out of a text, or makes it harmless."""
    for at in module.parts:
        match at.node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if _SANITISER.search(at.node.name):
                yield from _sanitiser(module, at, at.node)
            case ast.Call(args=[first, *_]) if at.function and _is_sanitiser(module, at.node):
                new = f"({module.source.of(first)})"
                yield module.instead("xss", at, at.node, new, f"`{module.source.of(at.node.func)}` does nothing")


def documents(path: str, text: str) -> Iterator[Protection]:
    """The committed description of an API; without its first operations it is not up to date."""
    if not _DOCUMENT.search(path) or len(text) > _LARGEST or "openapi" not in text[:2000].lower():
        return
    found = (_IN_JSON if path.endswith(".json") else _IN_YAML).search(text)
    if found:
        start, end = found.span(1)
        line = text.count("\n", 0, start) + 1
        new = f"{found[1].rstrip('/')}-before/"
        yield Protection("drift", path, line, line, start, end, new, "", "the document describes another address")


def is_document(path: str) -> bool:
    """Whether a file may be one, by its name."""
    return bool(_DOCUMENT.search(path))


def _serializer(module: Module, at: Placed, node: ast.ClassDef) -> Iterator[Protection]:
    if not any(_SERIALIZER.search(ast.unparse(base)) for base in node.bases):
        return
    own = {each.id for part in node.body for each in _targets(part)}
    for meta in (part for part in node.body if isinstance(part, ast.ClassDef) and part.name in ("Meta", "Config")):
        for part in meta.body:
            if isinstance(part, (ast.Assign, ast.AnnAssign)) and any(
                each.id in ("fields", "model_fields") for each in _targets(part)
            ):
                yield from _listed(module, at, part.value, own)
    if any("Schema" in ast.unparse(base) for base in node.bases):
        for part in node.body:
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.value is None:
                what = f"the field `{part.target.id}` goes"
                yield module.instead("fields", Placed(node, "", at.owners, at.inside), part, "pass", what)


def _listed(module: Module, at: Placed, value: ast.expr | None, own: set[str]) -> Iterator[Protection]:
    """Fields of a model that are named; one that the class declares itself cannot go alone."""
    if not isinstance(value, (ast.List, ast.Tuple)):
        return
    outside = Placed(at.node, "", at.owners, at.inside)
    for element in value.elts:
        if isinstance(element, ast.Constant) and isinstance(element.value, str) and element.value not in own:
            yield module.instead("fields", outside, element, "*()", f"the field `{element.value}` goes")


def _targets(part: ast.stmt) -> list[ast.Name]:
    targets = part.targets if isinstance(part, ast.Assign) else [part.target] if isinstance(part, ast.AnnAssign) else []
    return [each for each in targets if isinstance(each, ast.Name)]


def _keys(module: Module, at: Placed, node: ast.Call) -> Iterator[Protection]:
    for value in node.args[:1]:
        for each in ast.walk(value):
            if isinstance(each, ast.Dict):
                for key in each.keys:
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        what = f"`{key.value}` has another name"
                        yield module.instead("fields", at, key, repr(f"{key.value}_before"), what)


def _is_error(node: ast.Call) -> bool:
    given = keyword(node, "status")
    return given is not None and (number(given.value) or 200) >= 400


def _answers(node: ast.Call) -> bool:
    return last_name(node).endswith(("Response", "response", "render"))


def _choices(value: ast.expr) -> list[ast.expr]:
    return [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]


def _status(module: Module, at: Placed, node: ast.expr) -> Iterator[Protection]:
    before = number(node)
    if before is not None and not 300 <= before < 400:
        after = {2: 202, 4: 418, 5: 500}[before // 100]
        after = {202: 200, 418: 400, 500: 503}[after] if after == before else after
        yield module.instead("statuses", at, node, str(after), f"{before} becomes {after}")


def _sanitiser(module: Module, at: Placed, node: Function) -> Iterator[Protection]:
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args) if each.arg not in ("self", "cls")]
    if names:
        name = ".".join([*(each.name for each in at.owners), node.name])
        yield module.before("xss", name, node.body, f"return {names[0]}", f"`{node.name}` returns what it is given")


def _is_sanitiser(module: Module, node: ast.Call) -> bool:
    name = last_name(node)
    if name not in _SANITISERS:
        return False
    whose = last_name(node.func.value) if isinstance(node.func, ast.Attribute) else name
    return module.imported.get(whose, "") in _SANITISING or whose in ("nh3", "bleach")
