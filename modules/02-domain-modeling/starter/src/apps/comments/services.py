"""What people do with comments. Each service is one transaction and checks who asks."""

# TODO(02): moderate_comment (brief, task 8).
