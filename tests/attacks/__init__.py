"""The attack suite: each way to get hours without studying (threats L1 … L17, `docs/threats.md`), played by a client
that is written out and speaks HTTP only. What it earns is counted a second time by `tests/course/model.py`."""
