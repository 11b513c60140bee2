"""The permission table: one place where a role gains or loses a right (T3, R7)."""
from collections.abc import Mapping
from enum import StrEnum

from core.tenancy import Actor, Role


class Permission(StrEnum):
    STUDY = "study"                      # one's own file, orders, study, exam, certificates
    ENROLL_STAFF = "enroll_staff"        # an enterprise's batches
    ENROLL_TRAINEES = "enroll_trainees"  # an institution's counter: trainees in person, their fees
    REVIEW_INSTITUTION = "review_institution"
    OFFER = "offer"                      # an institution's offers, features, test places
    REGULATE = "regulate"                # a city's enterprises and institutions
    SUPERVISE = "supervise"              # sanctions of institutions, the blacklist, the fairness watch
    AUDIT = "audit"                      # hours audit with its pictures
    INVIGILATE = "invigilate"
    WITNESS = "witness"
    CORRECT_CONTACT = "correct_contact"  # the hotline's tickets
    CORRECT_PHOTO = "correct_photo"      # tickets about a photo that may not change (A.7)
    DECIDE_CONTACT = "decide_contact"    # the second pair of eyes on them
    READ_CONTACT = "read_contact"
    CONSOLE = "console"                  # the back office's first page
    ADMINISTER = "administer"            # staff, notices, posts, courses, banks, sheets, rules
    READ_CASES = "read_cases"            # a person's whole case
    APPROVE = "approve"
    OPERATE = "operate"


STAFF = frozenset(Role) - {Role.TRAINEE}

PERMISSIONS: Mapping[Permission, frozenset[Role]] = {
    Permission.STUDY: frozenset({Role.TRAINEE}),
    Permission.ENROLL_STAFF: frozenset({Role.ENTERPRISE}),
    Permission.ENROLL_TRAINEES: frozenset({Role.INSTITUTION}),
    Permission.REVIEW_INSTITUTION: frozenset({Role.INSTITUTION}),
    Permission.OFFER: frozenset({Role.INSTITUTION, Role.ADMINISTRATOR}),
    Permission.REGULATE: frozenset({Role.REGULATOR}),
    Permission.SUPERVISE: frozenset({Role.REGULATOR, Role.ADMINISTRATOR, Role.APPROVER}),
    Permission.AUDIT: frozenset({Role.AUDITOR}),
    Permission.INVIGILATE: frozenset({Role.INVIGILATOR}),
    Permission.WITNESS: frozenset({Role.WITNESS}),
    Permission.CORRECT_CONTACT: frozenset({Role.HOTLINE, Role.ADMINISTRATOR}),
    Permission.CORRECT_PHOTO: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    Permission.DECIDE_CONTACT: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
    Permission.READ_CONTACT: frozenset({Role.HOTLINE, Role.APPROVER, Role.ADMINISTRATOR}),
    Permission.CONSOLE: STAFF,
    Permission.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Permission.READ_CASES: frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    Permission.APPROVE: frozenset({Role.APPROVER}),
    Permission.OPERATE: frozenset({Role.OPERATOR}),
}


def permits(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles holds the permission; a restricted account holds none."""
    return not actor.restricted and bool(actor.roles & PERMISSIONS[permission])
