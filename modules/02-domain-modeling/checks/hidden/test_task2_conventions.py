"""Task 2, the models: naming conventions and audit timestamps.

What the database has is read there, what only Python has is read from the sources. What the project says of itself
comes last: it can add to what is wrong, and take nothing away.
"""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, expect_that

APPS = ("accounts", "posts", "comments")
TABLES = ("posts_category", "posts_tag", "posts_post", "comments_comment")
PATTERNS = [("DateTimeField", ".+_at"), ("DateField", ".+_on"), ("BooleanField", "(?:is|has|can)_.+")]
TYPES = [("timestamp", ".+_at"), ("date", ".+_on"), ("boolean", "(?:is|has|can)_.+")]
OF_ABSTRACT_USER = {"accounts_user": {"last_login", "date_joined"}}
RELATIONS = ("ForeignKey", "OneToOneField", "ManyToManyField")
SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
CAPWORDS = re.compile(r"(?:[A-Z][a-z0-9]*)+")
ENDS_OF_ONE = re.compile(r"(?:ss|us|is|as|os|ics)$", re.IGNORECASE)
ONE = frozenset(
    ["Series", "Species", "News", "Lens", "Means", "Corps", "Headquarters", "Sms", "Dns", "Cms", "Css", "Ads"]
)
MARGIN = timedelta(seconds=5)
KINDS = ["user", "category", "tag", "post", "comment"]


def own_fields(app):
    """The fields that the project declares itself, as (model, field)."""
    for model in app.describe():
        if model.app in APPS:
            yield from (
                (model, f) for f in model.fields if not f.declared_in.startswith("django.") and not f.primary_key
            )


@pytest.fixture
def written(db, sources):
    """The models as they are written: (table, its class with those that it inherits from), for each that has both."""
    everything = sources.classes("src/**/*.py")
    found = []
    for table in db.tables():
        label, _, name = table.partition("_")
        inside = [c for c in everything if c.path.startswith(f"src/apps/{label}/") and c.name.lower() == name]
        if label in APPS:
            found += [(table, list(sources.family(one, everything))) for one in inside if one.bases]
    return found


@check("domain.naming", database="postgres")
def test_names_of_models(app, written):
    """Names of models are CapWords, in the singular."""
    names = {model.name for model in app.describe() if model.app in APPS} | {family[0].name for _, family in written}
    assert {"User", "Category", "Tag", "Post", "Comment"} <= names
    assert sorted(n for n in names if not CAPWORDS.fullmatch(n)) == []
    assert sorted(name for name in names if is_plural(name)) == []


def is_plural(name):
    """Whether the last word of a name is clearly a plural; what may be one thing ("Series", "Canvas") is not."""
    word = re.findall(r"[A-Z][a-z0-9]*|[a-z0-9]+", name)[-1]
    return word.endswith("s") and not ENDS_OF_ONE.search(word) and word not in ONE


def own_columns(db):
    """The columns of the tables of the three apps, as (table, column); what Django's user brings is left out."""
    for table in db.tables():
        if table.partition("_")[0] in APPS:
            yield from ((table, c) for c in db.columns(table) if c.name not in ("id", *OF_ABSTRACT_USER.get(table, ())))


@check("domain.naming", database="postgres")
def test_names_of_tables(app, db):
    """Tables have the names that Django gives them: `posts_post`, and `posts_post_tags` between posts and tags."""
    given = set()
    for model in (one for one in app.describe() if one.app in APPS):
        table = f"{model.app}_{model.name.lower()}"
        given |= {table, *(f"{table}_{field.name}" for field in model.fields if "ManyToManyField" in field.kinds)}
    assert [table for table in db.tables() if table.partition("_")[0] in APPS and table not in given] == []


@check("domain.naming", database="postgres")
def test_primary_keys(db):
    """Primary keys are Django's automatic ones: a number called `id`."""
    keys = {table: [c.type for c in db.columns(table) if c.name == "id"] for table in (*TABLES, "accounts_user")}
    numbers = {table: len(types) == 1 and "int" in types[0] for table, types in keys.items()}
    assert [table for table, is_number in numbers.items() if not is_number] == []


@check("domain.naming", database="postgres")
def test_names_of_fields(app, db):
    """Names of fields are snake_case."""
    names = [f"{m.label}.{f.name}" for m, f in own_fields(app)] + [f"{table}.{c.name}" for table, c in own_columns(db)]
    assert [name for name in names if not SNAKE.fullmatch(name.rpartition(".")[2])] == []


@check("domain.naming", database="postgres")
def test_names_that_tell_the_kind(app, db, written):
    """A moment ends in `_at`, a day in `_on`, a yes or no begins with `is_`, `has_` or `can_`."""
    computed = {
        (table, one.name)
        for table, family in written
        for each in family
        for one in each.assigned
        if one.called.endswith("GeneratedField")
    }
    odd = [
        f"{table}.{column.name}"
        for table, column in own_columns(db)
        if (table, column.name) not in computed and not re.fullmatch(pattern_of_type(column.type), column.name)
    ]
    assert odd == []
    odd = [f"{m.label}.{f.name}" for m, f in own_fields(app) if not re.fullmatch(pattern_of(f.kinds), f.name)]
    assert odd == []


def pattern_of(kinds):
    """What the name of a field of these classes has to look like; a DateTimeField is a DateField as well."""
    return next((pattern for kind, pattern in PATTERNS if kind in kinds), ".*")


def pattern_of_type(kind):
    """The same for a column of that type."""
    return next((pattern for begins, pattern in TYPES if kind.startswith(begins)), ".*")


@check("domain.naming", database="postgres")
def test_relations_have_a_name_for_the_way_back(app, db, written):
    """Every foreign key and many-to-many of the project has a `related_name`."""
    linked = [(t, c.columns[0]) for t in TABLES for c in db.constraints(t) if c.kind == "foreign-key"]
    assert len(linked) >= 4, "four foreign keys are in the brief"
    relations = [(m, f) for m, f in own_fields(app) if f.target]
    assert len(relations) >= 5, "five relations are in the brief"
    assert [f"{m.label}.{f.name}" for m, f in relations if not f.related_name] == []
    for table, family in written:
        for one in (one for each in family for one in each.assigned if each.get(one.name) is one):
            relation = one.called.rpartition(".")[2] in RELATIONS
            named = "related_name" in one.keywords and one.keywords["related_name"] != ""
            expect_that(
                named or not relation or not one.whole,
                expected="a related_name for every relation",
                observed=f"{table}: {one.name} at line {one.line} has none",
            )


@check("domain.naming")
def test_the_plural_is_written_down(sources, files):
    """The plural of category reads "categories"."""
    everything = sources.classes("src/**/*.py")
    categories = [c for c in everything if c.name == "Category" and c.path.startswith("src/apps/posts/")]
    plurals = [
        f.meta["verbose_name_plural"]
        for c in categories
        for f in sources.family(c, everything)
        if f.meta.get("verbose_name_plural")
    ]
    if plurals:
        assert plurals[0] == "categories"
        return
    texts = [files.text(path) for path in {c.path for c in everything}]
    expect_that(
        any("categories" in text for text in texts),
        expected='the plural "categories"',
        observed="it is written nowhere",
    )


@check("domain.naming", database="postgres")
def test_names_of_constraints_and_indexes(db):
    """In the database the name of every constraint and index begins with the app's label."""
    for table in (one for one in db.tables() if one.partition("_")[0] in APPS):
        label = table.partition("_")[0]
        names = [c.name for c in db.constraints(table)] + [i.name for i in db.indexes(table)]
        assert sorted(name for name in names if not name.startswith(f"{label}_")) == []


@check("domain.timestamps", database="postgres")
@pytest.mark.parametrize("kind", KINDS)
def test_the_first_save_is_the_time(make, stored, kind):
    """`created_at` is the time of each row's own first `save()`, not of the start of the process."""
    first = getattr(make, kind)()
    time.sleep(0.02)
    between = datetime.now(UTC)
    time.sleep(0.02)
    second = getattr(make, kind)()
    moments = [*stored(kind, [first, second], "created_at"), *stored(kind, [first, second], "updated_at")]
    moved = [one < between < other for one, other in (moments[:2], moments[2:])]
    expect_that(moved == [True, True], expected=f"two times for two {kind} rows", observed="both have the same time")


@check("domain.timestamps", database="postgres")
@pytest.mark.parametrize("kind", KINDS)
def test_when_it_was_made_and_changed(make, models, stored, kind):
    """Each of the five models has both timestamps, with a timezone; a later save moves only `updated_at`."""
    began = datetime.now(UTC)
    row = models(kind).objects.get(pk=getattr(make, kind)().pk)
    created, updated = stored(kind, row, "created_at", "updated_at")
    for name, moment in (("created_at", created), ("updated_at", updated)):
        assert moment.tzinfo is not None, f"{name} has no timezone"
        assert began - MARGIN <= moment <= datetime.now(UTC) + MARGIN
    time.sleep(0.005)
    row.save()
    again = stored(kind, row, "created_at", "updated_at")
    expect_that(again[0] == created, expected=f"created_at of a {kind} stays", observed="a later save moved it")
    expect_that(
        again[1] > updated, expected=f"updated_at of a {kind} moves with a later save", observed="it did not move"
    )
    assert models(kind).objects.get(pk=row.pk).updated_at == again[1]
