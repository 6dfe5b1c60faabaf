# FILE SOLUTION 03
"""How comments are found."""

import django_filters

from api.filters import IdFilter, RelatedFilter, StrictForm
from core.choices import CommentStatus
from comments.models import Comment


class CommentFilter(django_filters.FilterSet):
    """Comments by post, by person and by state. Their order is that of the cursor."""

    post = IdFilter(field_name="post_id", help_text="Id of the post.")
    author = RelatedFilter(
        field_name="author", related="username", help_text="Username."
    )
    status = django_filters.ChoiceFilter(choices=CommentStatus.choices)

    class Meta:
        model = Comment
        form = StrictForm
        fields = ()
