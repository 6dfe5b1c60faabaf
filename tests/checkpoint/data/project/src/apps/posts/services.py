from django.core.exceptions import PermissionDenied


def publish(*, post, by):
    if by is None or post.author_id != by.pk:
        raise PermissionDenied
    post.status = "published"
    post.full_clean()
    post.save()
    return post
