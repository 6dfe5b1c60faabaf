"""The table of all operations: the addresses and the OpenAPI document are made from it."""

from collections.abc import Iterator

from api.endpoint import Endpoint, Operation
from api.resources import comments, posts, taxonomy, users
from api.resources.base import View
from api.rules import RULES

# What a caller may be told instead, by the kind of operation. 429 is always possible.
_LIST = (304, 400)
_PAGED = (*_LIST, 404)
_READ = (304, 404)
_MAKE = (400, 401, 403, 415)
_CHANGE = (400, 401, 403, 404, 412, 415)
_DELETE = (401, 403, 404, 412)
_NONE_OF_YOURS = (401, 403)


def _collection(
    name: str,
    one: str,
    *,
    read: str,
    make: str,
    change: str,
    delete: str,
    schemas: tuple[str, str, str, str, str],
    views: tuple[View, View, View, View, View, View],
    parameters: tuple[str, ...],
    list_refusals: tuple[int, ...],
    read_refusals: tuple[int, ...] = (),
    make_refusals: tuple[int, ...] = (),
    make_parameters: tuple[str, ...] = (),
    delete_refusals: tuple[int, ...] = (),
) -> Iterator[Operation]:
    """The six that every collection has."""
    page, whole, new, replacement, partial = schemas
    lister, creator, reader, replacer, updater, deleter = views
    path, single = f"{name}/", f"{name}/{{id}}/"
    article = "an" if one[0] in "aeio" else "a"
    yield Operation(
        id=f"list_{name}",
        method="GET",
        path=path,
        summary=f"List {name}",
        rule=RULES[read],
        run=lister,
        returns=page,
        parameters=(*parameters, "If-None-Match"),
        refusals=(*list_refusals, *read_refusals),
    )
    yield Operation(
        id=f"create_{one}",
        method="POST",
        path=path,
        summary=f"Create {article} {one}",
        rule=RULES[make],
        run=creator,
        takes=new,
        returns=whole,
        parameters=make_parameters,
        refusals=(*_MAKE, *make_refusals),
        is_idempotent="Idempotency-Key" in make_parameters,
    )
    yield Operation(
        id=f"get_{one}",
        method="GET",
        path=single,
        summary=f"Get {article} {one}",
        rule=RULES[read],
        run=reader,
        returns=whole,
        parameters=("If-None-Match",),
        refusals=(*_READ, *read_refusals),
    )
    yield Operation(
        id=f"replace_{one}",
        method="PUT",
        path=single,
        summary=f"Replace {article} {one}",
        rule=RULES[change],
        run=replacer,
        takes=replacement,
        returns=whole,
        parameters=("If-Match",),
        refusals=_CHANGE,
    )
    yield Operation(
        id=f"update_{one}",
        method="PATCH",
        path=single,
        summary=f"Change parts of {article} {one}",
        rule=RULES[change],
        run=updater,
        takes=partial,
        returns=whole,
        parameters=("If-Match",),
        refusals=_CHANGE,
    )
    yield Operation(
        id=f"delete_{one}",
        method="DELETE",
        path=single,
        summary=f"Delete {article} {one}",
        rule=RULES[delete],
        run=deleter,
        parameters=("If-Match",),
        refusals=(*_DELETE, *delete_refusals),
    )


def _action(path: str, rule: str, run: View, schema: str, *refusals: int) -> Operation:
    collection, _, verb = path.strip("/").split("/")
    one = collection.rstrip("s")
    return Operation(
        id=f"{verb}_{one}",
        method="POST",
        path=path,
        summary=f"{verb.capitalize()} a {one}",
        rule=RULES[rule],
        run=run,
        returns=schema,
        parameters=("If-Match",),
        refusals=(*_DELETE, *refusals),
    )


OPERATIONS: tuple[Operation, ...] = (
    *_collection(
        "posts",
        "post",
        read="posts.read",
        make="posts.create",
        change="posts.change",
        delete="posts.change",
        schemas=("PostPage", "Post", "PostNew", "PostNew", "PostChange"),
        views=(
            posts.list_posts,
            posts.create_post,
            posts.POSTS.read,
            posts.replace_post,
            posts.update_post,
            posts.delete_post,
        ),
        parameters=(
            "page",
            "page_size",
            "post_status",
            "author",
            "category",
            "tag",
            "published_after",
            "published_before",
            "post_search",
            "post_ordering",
        ),
        list_refusals=_PAGED,
    ),
    _action("posts/{id}/publish/", "posts.change", posts.publish_post, "Post", 400),
    _action("posts/{id}/unpublish/", "posts.change", posts.unpublish_post, "Post"),
    *_collection(
        "comments",
        "comment",
        read="comments.read",
        make="comments.create",
        change="comments.change",
        delete="comments.change",
        schemas=(
            "CommentPage",
            "Comment",
            "CommentNew",
            "CommentReplacement",
            "CommentChange",
        ),
        views=(
            comments.list_comments,
            comments.create_comment,
            comments.COMMENTS.read,
            comments.replace_comment,
            comments.update_comment,
            comments.delete_comment,
        ),
        parameters=("cursor", "page_size", "post", "author", "comment_status"),
        list_refusals=_PAGED,
        make_refusals=(409, 422),
        make_parameters=("Idempotency-Key",),
    ),
    _action(
        "comments/{id}/approve/",
        "comments.moderate",
        comments.approve_comment,
        "Comment",
    ),
    _action("comments/{id}/reject/", "comments.moderate", comments.reject_comment, "Comment"),
    *_collection(
        "categories",
        "category",
        read="taxonomy.read",
        make="taxonomy.change",
        change="taxonomy.change",
        delete="taxonomy.change",
        schemas=(
            "CategoryPage",
            "Category",
            "CategoryNew",
            "CategoryNew",
            "CategoryChange",
        ),
        views=(
            taxonomy.list_categories,
            taxonomy.create_category,
            taxonomy.CATEGORIES.read,
            taxonomy.replace_category,
            taxonomy.update_category,
            taxonomy.delete_category,
        ),
        parameters=("limit", "offset"),
        list_refusals=_LIST,
    ),
    *_collection(
        "tags",
        "tag",
        read="taxonomy.read",
        make="taxonomy.change",
        change="taxonomy.change",
        delete="taxonomy.change",
        schemas=("TagPage", "Tag", "TagNew", "TagNew", "TagChange"),
        views=(
            taxonomy.list_tags,
            taxonomy.create_tag,
            taxonomy.TAGS.read,
            taxonomy.replace_tag,
            taxonomy.update_tag,
            taxonomy.delete_tag,
        ),
        parameters=("limit", "offset"),
        list_refusals=_LIST,
    ),
    *_collection(
        "users",
        "user",
        read="users.read",
        make="users.create",
        change="users.change",
        delete="users.delete",
        schemas=("UserPage", "User", "UserNew", "UserNew", "UserChange"),
        views=(
            users.list_users,
            users.create_user,
            users.USERS.read,
            users.replace_user,
            users.update_user,
            users.delete_user,
        ),
        parameters=(
            "page",
            "page_size",
            "role",
            "is_active",
            "user_search",
            "user_ordering",
        ),
        list_refusals=_PAGED,
        read_refusals=_NONE_OF_YOURS,
        delete_refusals=(409,),
    ),
    Operation(
        id="get_me",
        method="GET",
        path="users/me/",
        summary="Get one's own account",
        rule=RULES["me"],
        run=users.read_me,
        returns="User",
        parameters=("If-None-Match",),
        refusals=(304, 401),
    ),
    Operation(
        id="update_me",
        method="PATCH",
        path="users/me/",
        summary="Change one's own names",
        rule=RULES["me"],
        run=users.update_me,
        takes="MeChange",
        returns="User",
        parameters=("If-Match",),
        refusals=(400, 401, 403, 412, 415),
    ),
)


def endpoints() -> dict[str, Endpoint]:
    """A view for each path."""
    paths: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, []).append(operation)
    return {path: Endpoint(operations, is_for_members=path == "users/me/") for path, operations in paths.items()}
