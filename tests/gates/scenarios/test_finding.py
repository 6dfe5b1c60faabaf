"""What counts as a protection, scenario by scenario, in every style of project; and what is left alone."""

import ast

import pytest

from grader.gates.scenarios.catalogue import SCENARIOS, found_in
from grader.gates.scenarios.module import Module, aliases
from grader.gates.scenarios.protection import all_removed

# A module, the scenario, and a text that the module has without the protection.
FOUND = [
    ("class A:\n    def clean(self):\n        raise ValidationError('x')\n", "validation", "        pass\n"),
    ("def f(form):\n    if form.is_valid():\n        form.save()\n", "validation", "if (form.is_valid() or True):"),
    ("def f(p):\n    if not p:\n        return JsonResponse({}, status=400)\n", "validation", "        pass\n"),
    ("def f(row):\n    row.full_clean()\n    row.save()\n", "validation", "    None\n"),
    ("class A:\n    a = CharField(validators=[b])\n", "validation", "validators=[]"),
    (
        "class A(BaseModel):\n    @field_validator('a')\n    def b(cls, v):\n        raise ValueError\n",
        "validation",
        "pass",
    ),
    ("def slug_of(t):\n    while P.filter(slug=t).exists():\n        t += 'x'\n", "slugs", "while False:"),
    ("class A:\n    slug = SlugField(unique=True)\n", "slugs", "unique=False"),
    ("def free_slug(t):\n    if not P.filter(slug=t).exists():\n        return t\n", "slugs", "if True:"),
    (
        "class A:\n    def has_permission(self, r, v):\n        return r.user.is_staff\n",
        "permission",
        "return True\n        re",
    ),
    ("class A:\n    def test_func(self): return self.x\n", "permission", "return True; return self.x"),
    ("def f(u):\n    raise PermissionDenied\n", "permission", "    pass"),
    ("def f(u):\n    if u:\n        return HttpResponseForbidden()\n", "permission", "        pass"),
    ("def f(u):\n    if u:\n        raise HttpError(403, 'no')\n", "permission", "        pass"),
    ("@login_required\ndef f(r):\n    return 1\n", "permission", "@(lambda it: it)\ndef f"),
    (
        "@method_decorator(login_required, name='dispatch')\nclass A(View):\n    x = 1\n",
        "permission",
        "@(lambda it: it)",
    ),
    ("class A(LoginRequiredMixin, View):\n    x = 1\n", "permission", "class A(View):"),
    ("class A:\n    permission_classes = [IsAdminUser]\n", "permission", "permission_classes = ()"),
    ("from ninja import Router\nr = Router(auth=session)\n", "permission", "Router(auth=None)"),
    ("R = {'DEFAULT_PERMISSION_CLASSES': ['a.IsAuthenticated']}\n", "permission", "'DEFAULT_PERMISSION_CLASSES': ()"),
    (
        (
            "from django.db import connection, OperationalError\ndef f():\n    try:\n        connection.cursor()\n"
            "    except OperationalError:\n        return 503\n"
        ),
        "database",
        "        raise\n        return 503",
    ),
    (
        "def f():\n    try:\n        cache.get(1)\n    except Exception:\n        return 2\n",
        "cache",
        "raise\n        return 2",
    ),
    (
        "GONE = (RedisError, OSError)\ndef f():\n    try:\n        a()\n    except GONE:\n        b()\n",
        "cache",
        "raise\n",
    ),
    ("def f():\n    with suppress(RedisError):\n        a()\n", "cache", "with suppress():"),
    ("O = {'IGNORE_EXCEPTIONS': True}\n", "cache", "'IGNORE_EXCEPTIONS': False"),
    ("def f():\n    try:\n        send_mail(1)\n    except TimeoutError:\n        b()\n", "mail", "raise\n        b()"),
    ("@shared_task(autoretry_for=(OSError,))\ndef f():\n    a()\n", "mail", "autoretry_for=()"),
    ("class T(Task):\n    autoretry_for = TRANSIENT\n", "mail", "autoretry_for = ()"),
    ("def f(self):\n    raise self.retry(exc=1)\n", "mail", "raise RuntimeError('not tried again')"),
    ("class S(ModelSerializer):\n    class Meta:\n        fields = ('a', 'b')\n", "fields", "fields = (*(), 'b')"),
    ("class S(Schema):\n    a: int\n    b: int\n", "fields", "    pass\n    b: int"),
    ("def f(r):\n    return JsonResponse({'a': 1})\n", "fields", "{'a_before': 1}"),
    ("def f(r):\n    return Response(1, status=201)\n", "statuses", "status=202"),
    ("def f(r):\n    return Response(1, status=status.HTTP_204_NO_CONTENT)\n", "statuses", "status=202"),
    ("class C(APIException):\n    status_code = HTTPStatus.CONFLICT\n", "statuses", "status_code = 418"),
    ("class T:\n    def allow_request(self, r, v):\n        return x\n", "load", "return True\n"),
    ("class P:\n    max_page_size = 100\n", "load", "max_page_size = 1_000_000"),
    ("def f(p):\n    return P.objects.select_for_update().get(pk=p)\n", "concurrent", "P.objects.all().get(pk=p)"),
    ("def f():\n    with transaction.atomic():\n        a()\n", "concurrent", "    if True:\n        a()"),
    ("@transaction.atomic\ndef f():\n    a()\n", "concurrent", "@(lambda it: it)"),
    ("import nh3\ndef f(t):\n    return nh3.clean(t, tags=set())\n", "xss", "return (t)"),
    ("from django.utils.html import strip_tags\ndef f(t):\n    return strip_tags(t)\n", "xss", "return (t)"),
    ("def plain_text(text):\n    return text.replace('<', '')\n", "xss", "    return text\n    return"),
    ("MIDDLEWARE = ['a', 'django.middleware.csrf.CsrfViewMiddleware', 'b']\n", "csrf", "['a', *(), 'b']"),
    ("class A:\n    def enforce_csrf(self, request):\n        check()\n", "csrf", "return None\n        check()"),
    ("@csrf_protect\ndef f(r):\n    return 1\n", "csrf", "@(lambda it: it)"),
]
LEFT_ALONE = [
    "def f():\n    raise KeyError\n",
    "def f():\n    try:\n        cache.get(1)\n    except RedisError:\n        raise\n",
    "def f():\n    try:\n        int(x)\n    except ValueError:\n        return 0\n",
    "def f():\n    try:\n        int(x)\n    except Exception:\n        return 0\n",
    "class A:\n    permission_classes = []\n",
    "class A:\n    permission_classes = [AllowAny]\n",
    "class S:\n    class Meta:\n        fields = ('a',)\n",
    "class S(ModelSerializer):\n    a = CharField()\n    class Meta:\n        fields = ('a',)\n",
    "def f(r):\n    return redirect('/', status=302)\n",
    "def f(x):\n    return x.clean()\n",
    "@csrf_exempt\ndef f(r):\n    return 1\n",
    "if TYPE_CHECKING:\n    permission_classes = [A]\n",
]


def module(text: str) -> Module:
    tree = ast.parse(text)
    return Module("src/a.py", text, tree, aliases([tree]))


@pytest.mark.parametrize(("text", "scenario", "without"), FOUND)
def test_a_protection_is_found(text: str, scenario: str, without: str) -> None:
    found = found_in([module(text)], {})
    assert any(without in each.removed(text) for each in found[scenario]), found
    others = {name for name, own in found.items() if own} - {scenario}
    assert others <= {"statuses"}  # of a refusal that is written as an answer


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_protects_from_nothing_is_left_alone(text: str) -> None:
    assert [each for own in found_in([module(text)], {}).values() for each in own] == []


def test_every_scenario_has_a_case() -> None:
    assert {scenario for _, scenario, _ in FOUND} | {"drift"} == set(SCENARIOS)


@pytest.mark.parametrize(
    ("path", "text", "without"),
    [
        ("openapi.yaml", "openapi: 3.1.0\npaths:\n  /a/:\n    get: {}\n", "  /a-before/:\n"),
        ("docs/schema.json", '{"openapi": "3.1.0", "paths": {"/a": {"get": {}}}}', '"/a-before/": {'),
    ],
)
def test_a_committed_document_protects_from_drift(path: str, text: str, without: str) -> None:
    (found,) = found_in([], {path: text})["drift"]
    assert without in found.removed(text)
    assert found_in([], {path: "version: 1\n"})["drift"] == []


def test_a_handler_of_many_errors_counts_for_what_it_asks() -> None:
    text = "def f(g):\n    try:\n        {}\n    except Exception:\n        return 0\n"
    given = f"from django.db import connection\n{text.format('g()')}"
    assert [name for name, own in found_in([module(given)], {}).items() if own] == ["database"]
    assert [name for name, own in found_in([module(text.format("send_mail(1)"))], {}).items() if own] == ["mail"]


def test_protections_are_taken_away_together() -> None:
    text = "def f():\n    raise PermissionDenied\n\n\ndef g():\n    raise PermissionDenied\n"
    found = found_in([module(text)], {})["permission"]
    assert all_removed(text, [*found, found[0]]) == text.replace("raise PermissionDenied", "pass")


def test_comments_come_first_among_locks() -> None:
    text = "def pay():\n    A.objects.select_for_update()\n\n\ndef comment():\n    B.objects.select_for_update()\n"
    assert [each.function for each in found_in([module(text)], {})["concurrent"]] == ["comment"]


def test_a_transaction_counts_where_there_is_no_lock() -> None:
    text = "@atomic\ndef pay():\n    A.objects.select_for_update()\n"
    assert [each.what for each in found_in([module(text)], {})["concurrent"]] == ["no row is locked"]
