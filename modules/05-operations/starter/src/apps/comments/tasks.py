"""The queue `comments`: what happens to a comment after it was submitted."""

# TODO(05): publish_comment, the task of that name, and enqueue_comment (brief, task 5).
