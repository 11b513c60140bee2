"""The triggers that keep the record of deleted face data append-only, for tests and the migration alike (C-24)."""
from core.base.append_only import append_only

PURGE_GUARDS = append_only("face_purge", "the record of deleted face data is append-only")
