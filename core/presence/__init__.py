"""Whether the right person is there: photo rules, live face check before study, snapshots during it.

(N-12, N-16, N-33 … N-36, JL-06.) The face library runs in a process of its own; importing this package
never loads it.
"""
from core.presence.cameras import Camera
from core.presence.client import FaceServiceDown, judge_photo
from core.presence.covering import Coverage, coverage
from core.presence.keeping import hold_pictures, release_pictures
from core.presence.looking import Kind as PictureKind
from core.presence.looking import address_of as picture_address
from core.presence.models import Attestation, PictureVerdict, Snapshot, SupervisedRequest
from core.presence.queries import (
    accepted_up_to, attestations_of, attested, in_force, likeness_hints, snapshot_key, snapshots_of,
)
from core.presence.rules import PhotoVerdict, grounds_text
from core.presence.scanned import compare_scan_soon
from core.presence.snapshots import SnapshotAsk, asks, note_witnessed, snapshot_due
from core.presence.states import Seen
from core.presence.supervised import open_request
from core.presence.told import News, PresenceProved, SupervisedNews
from core.presence.tokens import Ask, ask_token, booking_url, check_url
from core.presence.traces import answer_seconds, cameras_of, others_with_face_of
from core.presence.verdicts import judge_picture, verdicts_of
from core.presence.words import SEEN_TEXTS, verdict_text, zone_text

__all__ = [
    "SEEN_TEXTS", "Ask", "Attestation", "Camera", "Coverage", "FaceServiceDown", "News", "PhotoVerdict",
    "PictureKind", "PictureVerdict", "PresenceProved", "Seen", "Snapshot", "SnapshotAsk", "SupervisedNews",
    "SupervisedRequest", "accepted_up_to", "answer_seconds", "ask_token", "asks", "attestations_of", "attested",
    "booking_url", "cameras_of", "check_url", "compare_scan_soon", "coverage", "grounds_text", "hold_pictures",
    "in_force", "judge_photo", "judge_picture", "likeness_hints", "note_witnessed", "open_request",
    "others_with_face_of", "picture_address", "release_pictures", "snapshot_due", "snapshot_key", "snapshots_of",
    "verdict_text", "verdicts_of", "zone_text",
]
