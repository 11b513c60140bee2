"""For a plugin's `models.py` and `jobs.py`: tables in the tenant's own database, work that outlives a request."""
from core.base.append_only import append_only, guard
from core.base.blobs import Blobs
from core.base.db import Base, Id, Retention, Sealed, SealedBytes, id_column, new_id, one_at_a_time, personal
from core.base.outbox import job

__all__ = ["Base", "Blobs", "Id", "Retention", "Sealed", "SealedBytes", "append_only", "guard", "id_column", "job",
           "new_id", "one_at_a_time", "personal"]
