"""What a project serves where, found in the text of its URL configuration."""

from dataclasses import asdict
from pathlib import Path

import pytest

from grader.intake.layout import detect
from tests.intake.test_layout import STYLES, written

START = {name: text for name, text in STYLES["startproject"][0].items() if name != "shop/urls.py"}
SPECTACULAR = "from django.urls import include, path\nfrom drf_spectacular.views import SpectacularAPIView\n"
NONE = "No URL of an OpenAPI document was found: if there is one, set `schema` in track.toml, [layout]."
# The files of a project, the paths that are found, and what is said.
CASES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "DRF, included twice": (
        {
            "shop/urls.py": "from django.urls import include, path\n"
            'urlpatterns = [path("api/", include("shop.api"))]\n',
            "shop/api.py": SPECTACULAR + 'urlpatterns = [path("v1/", include(("cart.urls", "cart"), namespace="c"))]\n',
            "cart/urls.py": SPECTACULAR
            + "from rest_framework_simplejwt.views import TokenObtainPairView as Pair, TokenObtainPairView\n"
            'urlpatterns = [path("schema/", SpectacularAPIView.as_view(), name="schema"),\n'
            '    path("token/", TokenObtainPairView.as_view()), path("healthz/", lambda request: None)]\n',
        },
        {"schema": "/api/v1/schema/", "login": "/api/v1/token/", "health": "/api/v1/healthz/"},
        "",
    ),
    "Ninja, its API in a module beside": (
        {
            "shop/urls.py": "from django.urls import path\nfrom .api import api\n"
            'urlpatterns = [path("api/", api.urls)]\n',
            "shop/api.py": 'from ninja import NinjaAPI\napi = NinjaAPI(title="x", openapi_url="/doc.json")\n',
        },
        {"schema": "/api/doc.json"},
        "",
    ),
    "Ninja as it comes": (
        {
            "shop/urls.py": "from django.urls import path\nfrom ninja import NinjaAPI\napi = NinjaAPI()\n"
            'urlpatterns = [path("", api.urls)]\n'
        },
        {"schema": "/openapi.json"},
        "",
    ),
    "Ninja without a document": (
        {
            "shop/urls.py": "from django.urls import path\nfrom ninja import NinjaAPI\n"
            'api = NinjaAPI(openapi_url=None)\nurlpatterns = [path("api/", api.urls)]\n'
        },
        {},
        NONE,
    ),
    "a schema of DRF's own, by a pattern": (
        {
            "shop/urls.py": "from django.urls import re_path\nfrom rest_framework.schemas import get_schema_view\n"
            'view = get_schema_view(title="x")\nurlpatterns = [re_path(r"^schema\\.json$", view)]\n'
        },
        {"schema": "/schema.json"},
        "",
    ),
    "GraphQL": (
        {
            "shop/urls.py": "from django.urls import path\nfrom graphene_django.views import GraphQLView\n"
            'urlpatterns = [path("graphql", csrf_exempt(GraphQLView.as_view(graphiql=True)))]\n'
        },
        {},
        "GraphQL is served at /graphql, and no URL of an OpenAPI document was found",
    ),
    "plain views": (
        {"shop/urls.py": 'from django.urls import path\nurlpatterns = [path("<slug:shop>/", view)]\n'},
        {},
        NONE,
    ),
    "a circle": (
        {"shop/urls.py": 'urlpatterns = [path("a/", include("shop.urls")), path("a/", include("shop.urls"))]\n'},
        {},
        NONE,
    ),
    "behind a parameter": (
        {"shop/urls.py": SPECTACULAR + 'urlpatterns = [path("<int:version>/schema/", SpectacularAPIView.as_view())]\n'},
        {},
        NONE,
    ),
    "no Python": ({"shop/urls.py": "urlpatterns = ["}, {}, NONE),
}


@pytest.mark.parametrize("case", CASES)
def test_urls_are_found_in_the_text(case: str, tmp_path: Path) -> None:
    files, expected, said = CASES[case]
    found = detect(tmp_path, written(tmp_path, {**START, **files}))
    values = asdict(found.layout)
    assert {key: values[key] for key in ("schema", "login", "health") if values[key]} == expected
    assert " ".join(found.sentences()).startswith(said)
    assert bool(found.sentences()) == bool(said)


def test_track_toml_says_it_in_the_place_of_what_is_found(tmp_path: Path) -> None:
    for case in ("Ninja as it comes", "plain views"):
        files = {**START, **CASES[case][0], "track.toml": '[layout]\nschema = "/other.json"\n'}
        found = detect(tmp_path, written(tmp_path, files))
        assert (found.layout.schema, found.sentences()) == ("/other.json", ())


def test_keys_that_no_file_tells_are_named(tmp_path: Path) -> None:
    found = detect(tmp_path, written(tmp_path, {"app/models.py": "", "manage.py": "import os, sys\n"}))
    assert found.sentences()[0] == (
        "No file of the project tells `settings` and `production` and `application`: set them in track.toml, [layout]."
    )


@pytest.mark.parametrize(
    ("apps", "urls", "roles"),
    [
        ("['django.contrib.sessions']", "plain views", ("user", "admin")),
        ("['django.contrib.auth']", "plain views", ()),
        ("['django.contrib.auth']", "DRF, included twice", ("user", "admin")),
    ],
)
def test_nobody_logs_in_where_there_are_neither_sessions_nor_tokens(
    apps: str, urls: str, roles: tuple[str, ...], tmp_path: Path
) -> None:
    files = {**START, **CASES[urls][0], "shop/settings.py": f"INSTALLED_APPS = {apps}\n"}
    assert detect(tmp_path, written(tmp_path, files)).layout.roles == roles


MODEL = "from django.db import models\n\n\nclass Item(models.Model):\n    pass\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"cart/models.py": MODEL}, "cart has models and no migrations"),
        ({"cart/models.py": MODEL, "shop/stock/models.py": MODEL}, "cart, shop/stock have models and no migrations"),
        ({"cart/models.py": MODEL, "cart/migrations/__init__.py": ""}, ""),
        ({"cart/models.py": "# Models come here.\n"}, ""),
    ],
)
def test_apps_without_migrations_are_named(files: dict[str, str], said: str, tmp_path: Path) -> None:
    start = {**START, "shop/urls.py": "", "track.toml": ""}
    found = [line for line in detect(tmp_path, written(tmp_path, {**start, **files})).sentences() if "migra" in line]
    assert [line.partition(":")[0] for line in found] == ([said] if said else [])
