"""Task 9, migrations that lose nothing: each on SQLite and on PostgreSQL."""

import hashlib
import itertools
import re
from datetime import UTC, datetime

import pytest

from grader.checkpoint import check, disagreements, expect_that

BLANK = ("", "  ", "\u00a0\n", "\u3000")
# Titles that leave nothing, that grow, that are as long as may be, and with white space around them; some twice.
ODD = (
    "!!!",
    "日本語",
    "   ",
    "It's 100%",
    *["\ufb03" * 200] * 11,
    "x" * 200,
    "x" * 200,
    "  Padded\u00a0",
    "\tTab ",
    "Café Über_alles",
)
MADE_OF_ODD = {
    "It's 100%": "its-100",
    "  Padded\u00a0": "padded",
    "\tTab ": "tab",
    "Café Über_alles": "cafe-uber_alles",
}
FIRST = {
    "src/apps/posts/migrations/0001_initial.py": "2d462a0df377de366d8c4501465efdcb101c10733e01d9608a3378eb5fab1ef2",
    "src/apps/accounts/migrations/0001_initial.py": "f39cd0defb06b263d07a77362a4f81ba67268b2ef9135ec5f77c4bf378267b94",
}
OLD_COLUMNS = ["author_id", "body", "id", "is_published", "title"]
KEPT = ("id", "title", "body", "author_id")
MADE = ("status", "published_at", "slug", "updated_at")


def posts(migrations, *columns):
    """These columns of every post, by id."""
    there = [column.name for column in migrations.db.columns("posts_post")]
    for column in columns:
        expect_that(column in there, expected=f"a column {column} of posts", observed="there is none")
    rows = {row["id"]: row for row in migrations.db.rows("posts_post", "id", *columns)}
    return {number: tuple(rows[number][column] for column in columns) for number in sorted(rows)}


def moment(value):
    """A time as the database has it; SQLite has it without a zone, in UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@pytest.fixture
def forwards(migrations, old_rows):
    """Old rows of every kind, migrated: their ids by kind, the word that some have as title, what they were."""

    def migrate(migrations, rng):
        old, word = old_rows(migrations, rng), rng.word()
        ids = {
            "plain": [old(is_published=True), old(body=" \u00a0kept \n\t"), old(is_published=True)],
            "alike": [old(title=title) for title in (f"{word} 2", word.title(), word, f"{word}!", f"{word}-2-")],
            "odd": [old(title=title, is_published=True) for title in ODD],
            "empty": [old(body=""), *(old(is_published=True, body=body) for body in BLANK)],
        }
        # PostgreSQL gives a row that was changed after the others; its id is still the lowest.
        migrations.db.update("posts_post", {"is_published": False}, id=ids["alike"][1])
        old.author(is_superuser=True, is_staff=True)
        emails = {old.author(): email for email in ("", f"{rng.word().title()}.X+news@Mail.Example.COM")}
        for number, email in emails.items():
            migrations.db.update("accounts_user", {"email": email}, id=number)
        before = {number: tuple(row[column] for column in KEPT) for number, row in sorted(old.written.items())}
        migrations.migrate()
        return ids, word, before, emails

    return lambda: migrations.once("old rows, forwards", migrate)


@pytest.fixture
def backwards(migrations, old_rows):
    """Old rows that go forwards without difficulty, the first out in 2100 and the last archived then, taken back.

    Gives the plain ones, what all were, and what each step left.
    """

    def migrate(migrations, rng):
        old = old_rows(migrations, rng)
        plain = [old(is_published=True), old(body=" \u00a0kept \n\t"), old(is_published=True)]
        for title in ("  Padded\u00a0", "It's 100%", "日本語"):
            old(title=title)
        before = {number: tuple(row[column] for column in KEPT) for number, row in sorted(old.written.items())}
        migrations.migrate()
        migrations.db.update("posts_post", {"status": "archived"}, id=plain[-1])
        later = {"published_at": datetime(2100, 1, 1, tzinfo=UTC)}
        migrations.db.update("posts_post", later, id=plain[0], status="published")
        left = [sorted(migrations.applied())]
        for app_label, target in (("comments", "zero"), ("posts", "0001")):
            migrations.migrate(app_label, target)
            left.append(sorted(migrations.applied()))
        return plain, before, left

    return lambda: migrations.once("old rows, backwards", migrate)


@check("domain.migrations-complete")
@pytest.mark.parametrize("path", FIRST)
def test_the_first_is_as_it_was_given(files, path):
    """`0001_initial` of posts and of accounts stay as they are; only how they are broken into lines may change."""
    told = re.sub(r"#.*|[\s,]+", "", files.text(path)).replace("'", '"')
    same = hashlib.sha256(told.encode()).hexdigest() == FIRST[path]
    expect_that(same, expected=f"{path} as it was given", observed="it was changed")


@check("domain.migrations-complete", seconds=60)
def test_the_first_is_what_it_was(migrations):
    """`migrate posts 0001` makes the columns that posts had at first."""
    migrations.migrate("posts", "0001")
    assert sorted(column.name for column in migrations.db.columns("posts_post")) == OLD_COLUMNS


@check("domain.migrations-complete", database="postgres")
def test_the_tables_are_those_of_the_models(app, db):
    """After `migrate` every model has its table, with the columns, constraints and indexes that it says it has."""
    assert disagreements(app.describe(), db) == []


@check("domain.migrations-complete", database="postgres")
def test_every_field_has_a_column(db, sources):
    """Every field that a model of the three apps is written with has a column or a table of its own."""
    everything, tables = sources.classes("src/apps/**/*.py"), db.tables()
    for one in everything:
        table = f"{one.path.split('/')[2]}_{one.name.lower()}"
        there = {column.name for column in db.columns(table)} if table in tables else set()
        for field in one.assigned if there else ():
            if re.fullmatch(r"models\.\w+(?:Field|Key)", field.called) and "db_column" not in field.keywords:
                found = {field.name, f"{field.name}_id"} & there or f"{table}_{field.name}" in tables
                expect_that(
                    bool(found) or "ManyToMany" in field.called,
                    expected=f"a column for {one.name}.{field.name}",
                    observed="there is none after `migrate`",
                )


@check("domain.migrations-complete", seconds=60)
def test_from_nothing(migrations):
    """From nothing, `migrate` applies all; a second one changes nothing."""
    migrations.migrate()
    assert list(migrations.unapplied()) == []
    applied, tables = sorted(migrations.applied()), sorted(migrations.db.tables())
    migrations.migrate()
    assert (sorted(migrations.applied()), sorted(migrations.db.tables())) == (applied, tables)


@check("domain.migrations-forwards", seconds=60)
def test_old_rows(migrations, forwards):
    """Published rows become published with a date, others drafts; texts stay, every row gets a slug by the rules.

    Equal titles are numbered, no slug is empty; a second `migrate` changes nothing.
    """
    ids, word, before, emails = forwards()
    odd = dict(zip(ids["odd"], ODD, strict=True))
    published = [ids["plain"][0], ids["plain"][2], *ids["odd"]]
    drafts = [ids["plain"][1], *ids["alike"], *ids["empty"]]
    found = posts(migrations, *MADE)
    dated = {number: (status, date is not None) for number, (status, date, *_) in found.items()}
    assert dated == dict.fromkeys(published, ("published", True)) | dict.fromkeys(drafts, ("draft", False))
    assert posts(migrations, *KEPT) == before
    slugs = {number: slug for number, (_, _, slug, _) in found.items()}
    expected = [f"{word}-2", word, f"{word}-3", f"{word}-4", f"{word}-2-2"]
    assert [slugs[number] for number in ids["alike"]] == expected, "in the order of the ids"
    assert "" not in slugs.values()
    assert max(len(slug) for slug in slugs.values()) <= 220
    assert max(moment(date) for _, date, *_ in found.values() if date) <= datetime.now(UTC), "in the future"
    by_rule = {number: slug for number, slug in slugs.items() if odd.get(number) in MADE_OF_ODD}
    assert by_rule == {number: MADE_OF_ODD[title] for number, title in odd.items() if title in MADE_OF_ODD}
    people = migrations.db.rows("accounts_user", "id", "role", "email", "updated_at")
    assert {person["role"] for person in people} == {"reader"}
    assert {person["id"]: person["email"] for person in people if person["id"] in emails} == emails
    whole = [slugs[number] for number, title in odd.items() if title == ODD[-5]]
    assert whole == ["x" * 200, "x" * 200 + "-2"], "a slug that is not too long is whole"
    first, *others = [slugs[number] for number, title in odd.items() if title[:1] == "\ufb03"]
    stems = [first, *(slug.removesuffix(f"-{number}") for number, slug in enumerate(others, 2))]
    assert [stem for stem in stems if not ("ffi" * 200).startswith(stem)] == [], "cut at the end, before the number"
    assert len(set(slugs.values())) == len(slugs)
    migrations.migrate()
    assert posts(migrations, *MADE) == found
    assert migrations.db.rows("accounts_user", "id", "role", "email", "updated_at") == people


@check("domain.migrations-forwards", seconds=90, database="postgres")
@pytest.mark.parametrize("migrations", ["postgres"], indirect=True)
def test_thousands_of_rows(migrations, old, rng):
    """More rows than fit into one step all come along, of many equal titles each with a number of its own."""
    word, author = rng.word(), old.author()
    for number in range(1_200):
        old(title=word if number % 2 else f"{word} {number}x", author_id=author, is_published=number % 3 == 0)
    migrations.migrate()
    found = posts(migrations, "status", "slug")
    assert len(found) == 1_200
    assert len({slug for _, slug in found.values()}) == 1_200
    assert sum(status == "published" for status, _ in found.values()) == 400
    numbered = [slug for number, (_, slug) in found.items() if old.written[number]["title"] == word]
    assert numbered == [word, *(f"{word}-{number}" for number in range(2, 601))]


@check("domain.migrations-backwards", seconds=60)
def test_rows_there_and_back_and_there(migrations, backwards):
    """`migrate posts 0001` keeps every row, with `is_published` for published posts only; they go forwards again."""
    plain, before, _ = backwards()
    published, draft, archived = plain
    flags = {number: bool(flag) for number, (flag,) in posts(migrations, "is_published").items() if number in plain}
    assert flags == {published: True, draft: False, archived: False}
    assert posts(migrations, *KEPT) == before
    migrations.migrate()
    again = {number: status for number, (status,) in posts(migrations, "status").items() if number in plain}
    assert again == {published: "published", draft: "draft", archived: "draft"}


@check("domain.migrations-backwards", seconds=60)
def test_each_app_goes_back(migrations, backwards):
    """`comments zero`, `posts 0001`, `posts zero` and `accounts 0001` each take more back; all goes forwards again."""
    _, _, left = backwards()
    for app_label, target in (("posts", "zero"), ("accounts", "0001")):
        migrations.migrate(app_label, target)
        left = [*left, sorted(migrations.applied())]
    for before, after in itertools.pairwise(left):
        assert set(after) < set(before)
    migrations.migrate()
    assert sorted(migrations.applied()) == left[0]
