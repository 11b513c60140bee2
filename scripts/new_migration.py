"""Writes the next migration of the core, or of a plugin, from the models:

    python scripts/new_migration.py "what it does"
    python scripts/new_migration.py --plugin desk "what it does"

A plugin of this house has its migrations in `migrations/versions/<plugin>/`, any other in the folder `migrations` of
its package. Read what it wrote before you commit it: triggers and data moves are not seen by it.
"""
import argparse
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory

from core.base.db import make_engine, writing
from core.migrating import CORE, ROOT, alembic_config, folders, known_plugins


def home(plugin: str, module: Any) -> Path:
    """Where a branch without any migration yet begins."""
    package = Path(module.__file__).parent
    return ROOT / "versions" / plugin if ROOT.parent / "plugins" in package.parents else package / "migrations"


def write(message: str, plugin: str) -> None:
    branch = plugin or CORE
    plugins = known_plugins()
    if plugin and plugin not in plugins:
        raise SystemExit(f"no installed plugin {plugin}; there are: {', '.join(sorted(plugins))}")
    target = folders(plugins).get(branch) or home(plugin, plugins[plugin])
    target.mkdir(parents=True, exist_ok=True)
    number = len(list(target.glob(f"{branch}_*.py"))) + 1
    with tempfile.TemporaryDirectory() as place:
        engine = make_engine(f"sqlite:///{Path(place) / 'empty.sqlite'}")
        with writing(engine).begin() as connection:
            # Alembic compares with a database that has all branches it knows: no other plugin's is shown to it.
            config = alembic_config(connection, {plugin: plugins[plugin]} if plugin else {}, plugin=plugin)
            for known in [CORE, branch] if plugin else [CORE]:
                if known != branch or number > 1:
                    command.upgrade(config, f"{known}@head")
            below = ScriptDirectory.from_config(config).get_revision(f"{CORE}@head") if plugin else None
            command.revision(config, message, autogenerate=True, rev_id=f"{branch}_{number:04d}",
                             head="base" if number == 1 else f"{branch}@head", version_path=str(target),
                             branch_label=branch if number == 1 else None,
                             depends_on=below.revision if below else None)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("message")
    asked.add_argument("--plugin", default="")
    given = asked.parse_args()
    write(given.message, given.plugin)


if __name__ == "__main__":
    main()
