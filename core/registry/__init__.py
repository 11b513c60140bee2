"""(M): certificates with their status entries, hours on record, and the gateway to the ministry."""
from core.registry.models import Certificate, CertificateStatusEntry, HoursRecord, Pull, RegistryHolding
from core.registry.queries import (
    HoursLine,
    by_number,
    certificate,
    certificate_facts,
    certificates_of,
    holdings_of,
    hours_on_record,
    latest_pull,
    status_entry,
    status_of,
)
from core.registry.service import (
    NewCertificate,
    ask_pull,
    cancel_certificate,
    issue_electronic,
    issue_first,
    lift_abnormal,
    pull_certificates,
    record_hours,
    reinstate,
    restore,
    set_abnormal,
    suspend,
    void,
    withdraw_hours,
)
from core.registry.states import KIND_TEXTS, STATUS_TEXTS, Kind, PullState, Status

__all__ = [
    "KIND_TEXTS", "STATUS_TEXTS", "Certificate", "CertificateStatusEntry", "HoursLine", "HoursRecord", "Kind",
    "NewCertificate", "Pull", "PullState", "RegistryHolding", "Status", "ask_pull", "by_number", "cancel_certificate",
    "certificate", "certificate_facts", "certificates_of", "holdings_of", "hours_on_record", "issue_electronic",
    "issue_first", "latest_pull", "lift_abnormal", "pull_certificates", "record_hours", "reinstate", "restore",
    "set_abnormal", "status_entry", "status_of", "suspend", "void", "withdraw_hours",
]
