"""Writes the next migration of the core from the models: `python scripts/new_migration.py "what it does"`.

Read what it wrote before you commit it: triggers and data moves are not seen by it.
"""
import sys
import tempfile
from pathlib import Path

from alembic import command

from core.base.db import make_engine, writing
from core.migrating import ROOT, alembic_config


def main(message: str) -> None:
    folder = ROOT / "versions" / "core"
    number = len(list(folder.glob("core_*.py"))) + 1
    with tempfile.TemporaryDirectory() as place:
        engine = make_engine(f"sqlite:///{Path(place) / 'empty.sqlite'}")
        with writing(engine).begin() as connection:
            config = alembic_config(connection)
            if number > 1:
                command.upgrade(config, "core@head")
            command.revision(config, message, autogenerate=True, rev_id=f"core_{number:04d}",
                             head="base" if number == 1 else "core@head", version_path=str(folder),
                             branch_label="core" if number == 1 else None)


if __name__ == "__main__":
    main(sys.argv[1])
