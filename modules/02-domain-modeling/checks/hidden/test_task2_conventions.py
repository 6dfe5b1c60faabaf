"""Task 2, the models: naming conventions and audit timestamps."""

import re
import time

import pytest

from grader.checkpoint import check

APPS = ("accounts", "posts", "comments")
TABLES = ("posts_category", "posts_tag", "posts_post", "comments_comment")
KINDS = ["user", "category", "tag", "post", "comment"]


def own_fields(app):
    """The fields that the project declares itself, as (model, field)."""
    for model in app.describe():
        if model.app in APPS:
            yield from (
                (model, f) for f in model.fields if not f.declared_in.startswith("django.") and not f.primary_key
            )


@check("domain.naming")
def test_names_of_models(app):
    """Names of models are CapWords, in the singular."""
    names = {model.name for model in app.describe() if model.app in APPS}
    assert {"User", "Category", "Tag", "Post", "Comment"} <= names
    assert sorted(n for n in names if not re.fullmatch(r"(?:[A-Z][a-z0-9]*)+", n)) == []
    assert sorted(n for n in names if n.endswith("s") and not n.endswith(("ss", "us", "is", "news", "News"))) == []


@check("domain.naming")
def test_names_of_fields(app):
    """Names of fields are snake_case."""
    odd = [
        f"{m.label}.{f.name}" for m, f in own_fields(app) if not re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", f.name)
    ]
    assert odd == []


@check("domain.naming")
@pytest.mark.parametrize(
    ("kind", "pattern", "rule"),
    [
        ("DateTimeField", r".+_at", "ends in _at"),
        ("DateField", r".+_on", "ends in _on"),
        ("BooleanField", r"(?:is|has|can)_.+", "begins with is_, has_ or can_"),
    ],
)
def test_names_that_tell_the_kind(app, kind, pattern, rule):
    """A moment ends in `_at`, a day in `_on`, a yes or no begins with `is_`, `has_` or `can_`."""
    others = {"DateField": {"DateTimeField"}}.get(kind, set())
    of_kind = [(m, f) for m, f in own_fields(app) if kind in f.kinds and not others & set(f.kinds)]
    assert [f"{m.label}.{f.name}" for m, f in of_kind if not re.fullmatch(pattern, f.name)] == []


@check("domain.naming")
def test_relations_have_a_name_for_the_way_back(app):
    """Every foreign key and many-to-many of the project has a `related_name`."""
    relations = [(m, f) for m, f in own_fields(app) if f.target]
    assert len(relations) >= 5, "five relations are in the brief"
    assert [f"{m.label}.{f.name}" for m, f in relations if not f.related_name] == []


@check("domain.naming")
@pytest.mark.parametrize("table", TABLES)
def test_names_of_constraints_and_indexes(db, table):
    """In the database the name of every constraint and index begins with the app's label."""
    label = table.partition("_")[0]
    names = [c.name for c in db.constraints(table)] + [i.name for i in db.indexes(table)]
    assert names, "the table has neither constraints nor indexes"
    assert sorted(name for name in names if not name.startswith(f"{label}_")) == []


@check("domain.timestamps")
@pytest.mark.parametrize("kind", KINDS)
def test_both_are_set_with_a_timezone(make, models, kind):
    """A saved row of each of the five models has both timestamps, with a timezone."""
    row = models(kind).objects.get(pk=getattr(make, kind)().pk)
    assert row.created_at.tzinfo is not None, "created_at has no timezone"
    assert row.updated_at.tzinfo is not None, "updated_at has no timezone"


@check("domain.timestamps")
@pytest.mark.parametrize("kind", KINDS)
def test_only_one_of_them_moves(make, models, kind):
    """A later save moves `updated_at` and leaves `created_at` alone, on each of the five models."""
    first = models(kind).objects.get(pk=getattr(make, kind)().pk)
    created, updated = first.created_at, first.updated_at
    time.sleep(0.005)
    first.save()
    second = models(kind).objects.get(pk=first.pk)
    assert second.created_at == created
    assert second.updated_at > updated
