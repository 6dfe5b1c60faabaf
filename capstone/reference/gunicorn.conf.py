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
# BEGIN SOLUTION 05

# After SIGTERM requests in flight have this long, then they are killed. Who stops us has to wait
# longer: 45 s in Kubernetes, 5 of them before the signal (preStop), and 45 s in Compose. It is
# rarely needed: a connection on which nothing was sent holds a thread for 5 s and is closed, so
# twelve such ones delay the end by 15 s, because three wait for each of the four threads. Only who
# sends half a request, or an answer that takes so long, is waited for until the last second.
graceful_timeout = 25
# END
