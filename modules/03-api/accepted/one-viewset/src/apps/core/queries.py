"""How a list is read in its order, row by row, until the page is full."""

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce


def step_by_step(condition: Q) -> Case:
    """The condition as something that the database can only ask of one row after another.

    Of a plain condition PostgreSQL may think that it is quicker to fetch all rows that fit and to
    sort them, or to read the whole table. Of this one it knows nothing, supposes that every other
    row fits, and walks along the index that has the rows in the order of the list.
    """
    return Case(
        When(condition, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def counted(rows: "QuerySet", by: str) -> Coalesce:
    """How many of these rows there are: a question of its own for each row of the page only."""
    count = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(count), Value(0))
