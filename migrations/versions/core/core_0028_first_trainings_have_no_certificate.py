"""first trainings have no certificate"""
from alembic import op
from sqlalchemy import text

revision = 'core_0028'
down_revision = 'core_0027'
branch_labels = None
depends_on = None

_MUST, _MAY = "certificate_id CHAR(32) NOT NULL", "certificate_id CHAR(32)"


def _reword(old: str, new: str) -> None:
    """SQLite's own way to change a NOT NULL (lang_altertable.html): a copied table would lose what refers to it, since
    foreign keys are on."""
    connection = op.get_bind()
    version = connection.execute(text("PRAGMA schema_version")).scalar_one()
    connection.execute(text("PRAGMA writable_schema = ON"))
    changed = connection.execute(text(
        "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) "
        "WHERE type = 'table' AND name = 'enrollment' AND instr(sql, :old) > 0"), {"old": old, "new": new})
    if changed.rowcount != 1:
        raise RuntimeError("the table enrollment is not as core_0001 made it")
    connection.execute(text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(text("PRAGMA writable_schema = OFF"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _reword(f"{_MUST},", f"{_MAY},")
    else:
        op.alter_column("enrollment", "certificate_id", nullable=True)


def downgrade() -> None:
    """Refused by the database while there are first trainings."""
    if op.get_bind().dialect.name == "sqlite":
        if op.get_bind().execute(text("SELECT 1 FROM enrollment WHERE certificate_id IS NULL")).first():
            raise RuntimeError("there are trainings for a first certificate; cancel nothing, keep the migration")
        _reword(f"{_MAY},", f"{_MUST},")
    else:
        op.alter_column("enrollment", "certificate_id", nullable=False)
