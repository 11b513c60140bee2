"""What `make bench` measures: one module per key with `run() -> dict[str, float]`, called by `python -m bench`.

Rates are given beside those of a bare Flask hello-world on the same server, workers and cores, taken in turns
within the same run; CPU is the operating system's accounting of all processes, the database's included.
"""
import os

# One core per face, as the face process is started.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
