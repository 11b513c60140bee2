"""`python -m core.testing <slug> <folder of tenants> [--with plugin] [--only check]`: the report as JSON.

For the back office's job: the kit runs in a process of its own, which knows none of the installation's secrets.
"""
import argparse
import json
from pathlib import Path

from core.testing.kit import CHECKS, Kit
from core.testing.scratch import Source


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("slug")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--with", dest="also", action="append", default=[])
    asked.add_argument("--only", choices=CHECKS, action="append")
    given = asked.parse_args()
    source = Source(given.folder, also={given.slug: tuple(given.also)})
    print(json.dumps(Kit(given.slug, source).run(given.only or CHECKS).as_document(), ensure_ascii=False))


if __name__ == "__main__":
    main()
