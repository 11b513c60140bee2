"""The triggers that keep the ledger append-only, for tests (`create_all`) and the migration alike.

On PostgreSQL the app's own role has no right to UPDATE or DELETE here either (`jianxue db role`).
"""
from core.base.append_only import append_only

APPEND_ONLY = ("segment", "hour_entry", "hour_note")
MESSAGE = "the hours ledger is append-only"


# Two runs of one person may not share a slot; a run has at most 3,600 slots, so the look-back is short.
_OVERLAP = ("SELECT 1 FROM hour_entry WHERE person_id = NEW.person_id AND slot > NEW.slot - 3600 "
            "AND slot < NEW.slot + NEW.slots AND slot + slots > NEW.slot")

SQLITE_GUARDS: dict[str, list[str]] = {table: append_only(table, MESSAGE)["sqlite"] for table in APPEND_ONLY}
SQLITE_GUARDS["hour_entry"].append(
    f"CREATE TRIGGER hour_entry_overlap BEFORE INSERT ON hour_entry WHEN NEW.slot IS NOT NULL "
    f"BEGIN SELECT RAISE(ABORT, 'a slot is owned once') WHERE EXISTS ({_OVERLAP}); END")

POSTGRESQL_GUARDS: dict[str, list[str]] = {
    table: append_only(table, MESSAGE)["postgresql"] for table in APPEND_ONLY}
# One transaction after the other for a person: two at once would not see each other's slots.
POSTGRESQL_OVERLAP = (
    f"CREATE OR REPLACE FUNCTION hour_entry_overlap() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN PERFORM pg_advisory_xact_lock(hashtextextended(NEW.person_id::text, 0)); "
    f"IF EXISTS ({_OVERLAP}) THEN RAISE EXCEPTION 'a slot is owned once' "
    f"USING ERRCODE = 'unique_violation'; END IF; RETURN NEW; END $$")
POSTGRESQL_GUARDS["hour_entry"] += [
    POSTGRESQL_OVERLAP,
    "CREATE TRIGGER hour_entry_overlap BEFORE INSERT ON hour_entry FOR EACH ROW WHEN (NEW.slot IS NOT NULL) "
    "EXECUTE FUNCTION hour_entry_overlap()",
]

SEAL_GUARDS = append_only("seal_batch", MESSAGE)
PRUNED_GUARDS = append_only("beats_pruned", MESSAGE)
