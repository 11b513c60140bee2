"""Persons, their accounts and sign-in: who somebody is, and how that is proven (N-05, N-17)."""
from core.identity.accounts import (
    NewPerson,
    StaffFacts,
    confirm_phone,
    note_study,
    open_people,
    open_person,
    open_staff,
)
from core.identity.codes import (
    ImageChallenge,
    allow_sms,
    check_image_code,
    new_image_code,
    prove_phone,
    send_code,
)
from core.identity.consent import consents_of, give_consent, withdraw_consent
from core.identity.devices import new_device_token
from core.identity.events import CodeDrawn, ConsentWithdrawn
from core.identity.finding import find_people, people_like
from core.identity.hashing import hash_password
from core.identity.limits import hit
from core.identity.models import Account, AccountRole, Consent, IdScan, LoginSession, Person
from core.identity.phones import check_phone_free, check_sensitive, lock_out, set_phone
from core.identity.proving import know_after_code
from core.identity.queries import (
    account_of,
    current_person,
    face_consent,
    load_actor,
    password_is_initial,
    people_with_phone_of,
    person_by_id_number,
    person_facts,
    person_of,
    scans_of,
    sessions_of,
)
from core.identity.rules import SIDE_TEXTS, CodePurpose, Side
from core.identity.service import digest, end_sessions, open_full_session, set_password
from core.identity.standing import standing_trainee, standing_values
from core.identity.widgets import device_token, know_device

__all__ = [
    "Account", "AccountRole", "CodeDrawn", "CodePurpose", "Consent", "ConsentWithdrawn", "IdScan", "ImageChallenge",
    "LoginSession", "NewPerson", "Person", "SIDE_TEXTS", "Side", "StaffFacts", "account_of", "allow_sms",
    "check_image_code", "check_phone_free", "check_sensitive", "confirm_phone", "consents_of", "current_person",
    "device_token", "digest", "end_sessions", "face_consent", "find_people", "give_consent", "hash_password", "hit",
    "know_after_code", "know_device", "load_actor", "lock_out", "new_device_token", "new_image_code", "note_study",
    "open_full_session", "open_people", "open_person", "open_staff", "password_is_initial", "people_like",
    "people_with_phone_of", "person_by_id_number", "person_facts", "person_of", "prove_phone", "scans_of", "send_code",
    "sessions_of", "set_password", "set_phone", "standing_trainee", "standing_values", "withdraw_consent",
]
