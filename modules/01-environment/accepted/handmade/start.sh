#!/bin/sh
set -e
python manage.py migrate --no-input
exec gunicorn --bind 0.0.0.0:8000 --chdir src --pythonpath apps config.wsgi:application
