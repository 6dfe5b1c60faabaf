"""How gunicorn serves the application; it reads this file by itself."""

pythonpath = "src,src/apps"
bind = "0.0.0.0:8000"
workers = 2
threads = 4
timeout = 30
accesslog = "-"
worker_tmp_dir = (
    "/dev/shm"  # noqa: S108  memory: a slow disk must not look like a dead worker
)
control_socket_disable = True  # nothing but the probes controls it
