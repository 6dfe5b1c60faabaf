"""Task 2, the models: naming conventions and audit timestamps."""

import re
import time

import pytest

from grader.checkpoint import check

APPS = ("accounts", "posts", "comments")
TABLES = ("posts_category", "posts_tag", "posts_post", "comments_comment")
PATTERNS = [("DateTimeField", ".+_at"), ("DateField", ".+_on"), ("BooleanField", "(?:is|has|can)_.+")]
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
def test_names_that_tell_the_kind(app):
    """A moment ends in `_at`, a day in `_on`, a yes or no begins with `is_`, `has_` or `can_`."""
    odd = [f"{m.label}.{f.name}" for m, f in own_fields(app) if not re.fullmatch(pattern_of(f.kinds), f.name)]
    assert odd == []


def pattern_of(kinds):
    """What the name of a field of these classes has to look like; a DateTimeField is a DateField as well."""
    return next((pattern for kind, pattern in PATTERNS if kind in kinds), ".*")


@check("domain.naming")
def test_relations_have_a_name_for_the_way_back(app):
    """Every foreign key and many-to-many of the project has a `related_name`."""
    relations = [(m, f) for m, f in own_fields(app) if f.target]
    assert len(relations) >= 5, "five relations are in the brief"
    assert [f"{m.label}.{f.name}" for m, f in relations if not f.related_name] == []


@check("domain.naming", database="postgres")
def test_names_of_constraints_and_indexes(db):
    """In the database the name of every constraint and index begins with the app's label."""
    for table in TABLES:
        label = table.partition("_")[0]
        names = [c.name for c in db.constraints(table)] + [i.name for i in db.indexes(table)]
        assert sorted(name for name in names if not name.startswith(f"{label}_")) == []


@check("domain.timestamps")
@pytest.mark.parametrize("kind", KINDS)
def test_when_it_was_made_and_changed(make, models, kind):
    """Each of the five models has both timestamps, with a timezone; a later save moves only `updated_at`."""
    first = models(kind).objects.get(pk=getattr(make, kind)().pk)
    created, updated = first.created_at, first.updated_at
    assert created.tzinfo is not None, "created_at has no timezone"
    assert updated.tzinfo is not None, "updated_at has no timezone"
    time.sleep(0.005)
    first.save()
    second = models(kind).objects.get(pk=first.pk)
    assert second.created_at == created
    assert second.updated_at > updated
