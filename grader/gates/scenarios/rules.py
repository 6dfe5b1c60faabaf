"""What refuses: validation, addresses that are taken, permissions, throttles, and CSRF."""

import ast
import re
from collections.abc import Iterator

from grader.gates.scenarios.module import Function, Module, Placed, keyword, last_name, words_of
from grader.gates.scenarios.protection import Protection

_REFUSED = {"validation": (400, 422), "permission": (401, 403), "load": (429,)}
_RAISED = {
    "validation": ("ValidationError", "ParseError"),
    "permission": ("PermissionDenied", "NotAuthenticated", "AuthenticationFailed", "Forbidden"),
    "load": ("Throttled", "TooManyRequests", "Ratelimited"),
}
_ANSWERS = {"HttpResponseBadRequest": 400, "HttpResponseForbidden": 403}
_DECORATORS = {
    "login_required": "permission",
    "permission_required": "permission",
    "user_passes_test": "permission",
    "staff_member_required": "permission",
    "ratelimit": "load",
    "throttle_classes": "load",
    "permission_classes": "permission",
    "csrf_protect": "csrf",
    "requires_csrf_token": "csrf",
}
_MIXINS = ("LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin")
_ALLOWING = {"has_permission": "permission", "has_object_permission": "permission", "test_func": "permission"}
_ALLOWING |= {"allow_request": "load"}
_LISTS = {
    "permission_classes": "permission",
    "throttle_classes": "load",
    "DEFAULT_PERMISSION_CLASSES": "permission",
    "DEFAULT_THROTTLE_CLASSES": "load",
}
_MOST_ROWS = ("max_page_size", "max_limit")
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"


def refusals(module: Module) -> Iterator[Protection]:
    """Validation, permissions, throttles and CSRF, wherever a module has them."""
    for at in module.parts:
        match at.node:
            case ast.Raise() | ast.Return():
                yield from _refused(module, at, at.node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _function(module, at, at.node)
            case ast.ClassDef():
                yield from _mixins(module, at, at.node)
            case ast.Call():
                yield from _called(module, at, at.node)
            case ast.Assign() | ast.AnnAssign():
                yield from _declared(module, at, at.node)
            case ast.Dict():
                yield from _settings(module, at, at.node)
            case ast.Constant(value=value) if value == _CSRF and not at.function:
                yield module.instead("csrf", at, at.node, "*()", "the middleware is taken out")


def slugs(module: Module) -> Iterator[Protection]:
    """What sees to it that two rows do not get one address."""
    for at in module.parts:
        if not _about_slugs(module, at):
            continue
        match at.node:
            case ast.While(test=test) if "exists" in words_of([test]):
                yield module.instead("slugs", at, test, "False", "nobody looks whether the slug is taken")
            case ast.If(test=test) if "exists" in words_of([test]) and at.function and not _in_handler(at):
                free = isinstance(test, ast.UnaryOp)
                yield module.instead("slugs", at, test, str(free), "nobody looks whether the slug is taken")
            case ast.comprehension(ifs=[ast.Compare(ops=[ast.NotIn()]) as test]):
                yield module.instead("slugs", at, test, "True", "every slug counts as free")
            case ast.ExceptHandler() if "IntegrityError" in module.exceptions(at.node.type):
                what = "a slug that was taken in the meantime is an error"
                yield module.before("slugs", at.function, at.node.body, "raise", what)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if (
                "slug" in name and not at.function
            ):
                unique = keyword(call, "unique")
                if unique is not None and isinstance(unique.value, ast.Constant) and unique.value.value is True:
                    yield module.instead("slugs", at, unique.value, "False", "the database takes a slug twice")


def _about_slugs(module: Module, at: Placed) -> bool:
    if isinstance(at.node, ast.Assign):
        return True
    around = " ".join(each.name for each in at.owners) + module.path.rpartition("/")[2]
    return "slug" in around.lower()


def _in_handler(at: Placed) -> bool:
    return any(isinstance(each, ast.Try) for each in at.inside)


def _refused(module: Module, at: Placed, node: ast.Raise | ast.Return) -> Iterator[Protection]:
    if isinstance(node, ast.Raise):
        raised = last_name(node.exc)
        status = _status(node.exc)
        for scenario, names in _RAISED.items():
            own = raised.endswith(names) or status in _REFUSED[scenario]
            if scenario == "validation" and raised in ("ValueError", "AssertionError"):
                own = _is_validator(at)
            if own and at.function:
                yield module.instead(scenario, at, node, "pass", f"`raise {raised}` goes")
    elif at.function and at.conditional:
        for scenario, statuses in _REFUSED.items():
            if _status(node.value) in statuses:
                yield module.instead(scenario, at, node, "pass", f"the answer {_status(node.value)} goes")


def _is_validator(at: Placed) -> bool:
    """Whether a library calls it, which makes a refusal of what it raises."""
    function = at.owners[-1] if at.owners else None
    decorated = isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
        last_name(each) in ("field_validator", "model_validator", "validator") for each in function.decorator_list
    )
    return decorated


def _status(node: ast.AST | None) -> int | None:
    """The status of an answer that is written down in a call or in a pair, as far as it can be read."""
    if isinstance(node, ast.Tuple) and node.elts:
        return number(node.elts[0])
    if not isinstance(node, ast.Call):
        return None
    given = keyword(node, "status", "status_code")
    if given is not None:
        return number(given.value)
    if last_name(node) in ("HttpError", "HTTPException") and node.args:
        return number(node.args[0])
    return _ANSWERS.get(last_name(node))


def number(node: ast.AST) -> int | None:
    """A status as it is written: 404, ``HTTPStatus.NOT_FOUND``, ``status.HTTP_404_NOT_FOUND``."""
    from http import HTTPStatus

    if isinstance(node, ast.Constant) and type(node.value) is int and 200 <= node.value < 600:
        return node.value
    if isinstance(node, ast.Attribute):
        if found := re.fullmatch(r"HTTP_(\d{3})_\w+", node.attr):
            return int(found[1])
        if last_name(node.value) == "HTTPStatus" and node.attr in HTTPStatus.__members__:
            return int(HTTPStatus[node.attr])
    return None


def _function(module: Module, at: Placed, node: Function) -> Iterator[Protection]:
    name = f"{'.'.join(each.name for each in at.owners)}.{node.name}".lstrip(".")
    if (scenario := _ALLOWING.get(node.name)) and at.owners:
        yield module.before(scenario, name, node.body, "return True", f"`{node.name}` allows everything")
    if node.name == "enforce_csrf" and at.owners:
        yield module.before("csrf", name, node.body, "return None", "`enforce_csrf` asks for nothing")
    yield from _decorated(module, at, node)


def _decorated(module: Module, at: Placed, node: Function | ast.ClassDef) -> Iterator[Protection]:
    for decorator in node.decorator_list:
        name, new = last_name(decorator), "(lambda it: it)"
        if name == "method_decorator" and isinstance(decorator, ast.Call) and decorator.args:
            name = last_name(decorator.args[0])
        if name in _DECORATORS:
            yield module.instead(_DECORATORS[name], _outside(at), decorator, new, f"`@{name}` goes")


def _outside(at: Placed) -> Placed:
    """What is evaluated where the function is made."""
    return Placed(at.node, "", at.owners, at.inside)


def _mixins(module: Module, at: Placed, node: ast.ClassDef) -> Iterator[Protection]:
    yield from _decorated(module, at, node)
    for n, base in enumerate(node.bases):
        if last_name(base) not in _MIXINS:
            continue
        found = module.instead("permission", _outside(at), base, "", f"`{last_name(base)}` goes")
        after = node.bases[n + 1] if n + 1 < len(node.bases) else None
        end = module.source.span(after)[0] if after is not None else found.end
        yield Protection(found.scenario, found.path, found.line, found.last, found.start, end, "", "", found.what)


def _called(module: Module, at: Placed, node: ast.Call) -> Iterator[Protection]:
    name = last_name(node)
    if name == "full_clean" and at.function and isinstance(_statement(at, module, node), ast.Expr):
        yield module.instead("validation", at, node, "None", "`full_clean()` is not called")
    if name == "is_valid" and at.function and _decides(module, node):
        whole = module.source.of(node)
        yield module.instead("validation", at, node, f"({whole} or True)", "what is not valid counts as valid")
    if name == "login_required" and node.args and not at.function:
        inner = module.source.of(node.args[0])
        yield module.instead("permission", at, node, inner, f"`{name}` goes")
    for part in node.keywords:
        if part.arg == "validators" and isinstance(part.value, ast.List) and part.value.elts and not at.function:
            yield module.instead("validation", at, part.value, "[]", "the field has no validators")
        if part.arg in ("auth", "throttle") and _is_ninja(module) and last_name(part.value):
            scenario = "permission" if part.arg == "auth" else "load"
            new = "None" if part.arg == "auth" else "[]"
            yield module.instead(scenario, _outside(at), part.value, new, f"`{part.arg}=` goes")


def _is_ninja(module: Module) -> bool:
    return any(name.partition(".")[0].startswith("ninja") for name in module.imported.values())


def _statement(at: Placed, module: Module, node: ast.Call) -> ast.stmt | None:
    """The statement that is nothing but this call."""
    return next((p.node for p in module.parts if isinstance(p.node, ast.Expr) and p.node.value is node), None)


def _decides(module: Module, node: ast.Call) -> bool:
    """Whether a condition is made of it."""
    for each in module.parts:
        if isinstance(each.node, (ast.If, ast.IfExp)) and any(part is node for part in ast.walk(each.node.test)):
            return True
    return False


def _declared(module: Module, at: Placed, node: ast.Assign | ast.AnnAssign) -> Iterator[Protection]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    name = next((each.id for each in targets if isinstance(each, ast.Name)), "")
    if at.function or node.value is None:
        return
    if name in _LISTS and isinstance(node.value, (ast.List, ast.Tuple)) and _restricts(node.value):
        yield module.instead(_LISTS[name], at, node.value, "()", f"`{name}` is empty")
    if name in _MOST_ROWS and isinstance(node.value, ast.Constant):
        yield module.instead("load", at, node.value, "1_000_000", "a page may be of any length")


def _settings(module: Module, at: Placed, node: ast.Dict) -> Iterator[Protection]:
    for key, value in zip(node.keys, node.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        if name in _LISTS and isinstance(value, (ast.List, ast.Tuple)) and _restricts(value):
            yield module.instead(_LISTS[name], at, value, "()", f"`{name}` is empty")


def _restricts(value: ast.List | ast.Tuple) -> bool:
    """Whether anything in a list of classes refuses anybody."""
    names = [str(each.value) if isinstance(each, ast.Constant) else last_name(each) for each in value.elts]
    return any(name and not name.endswith("AllowAny") for name in names)
