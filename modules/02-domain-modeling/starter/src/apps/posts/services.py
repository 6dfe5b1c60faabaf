"""What people do with posts. Each service is one transaction and checks who asks."""

# TODO(02): publish_post and archive_post (brief, task 8).
