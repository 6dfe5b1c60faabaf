from comments.models import Comment
from django.contrib import admin

admin.site.register(Comment)
