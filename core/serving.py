"""gunicorn's settings: `gunicorn -c python:core.serving wsgi:app`, or as `jianxue run` starts it."""
import multiprocessing
import os
from typing import Any

from core.base.process import die_with_parent

bind = os.environ.get("JIANXUE_BIND", f"127.0.0.1:{os.environ.get('JIANXUE_PORT', '8000')}")
worker_class = "gthread"
workers = int(os.environ.get("JIANXUE_WEB_PROCESSES", min(8, multiprocessing.cpu_count())))
threads = int(os.environ.get("JIANXUE_WEB_THREADS", 16))
# Imported once and shared; each worker opens its own connections (core.base.db forgets the parent's at fork).
preload_app = True
timeout = 60
graceful_timeout = 30
keepalive = 65
max_requests = 100_000
max_requests_jitter = 10_000
limit_request_line = 8190
limit_request_field_size = 16_380
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """A web worker ends with its master, so that no orphan holds the port."""
    die_with_parent()
