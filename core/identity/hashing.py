"""Password hashes: argon2id with 19 MiB, two passes, one lane (spec: password hashing).

Hashing is what a sign-in storm costs, so at most two hashes run at once in a process and the
beats of those who study keep their share of the processor.
"""
import hashlib
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16)
_LANES = threading.BoundedSemaphore(2)
# Verified in place of the hash that an unknown account does not have, so both answers take the same time.
_NOBODY = _HASHER.hash(hashlib.sha256(b"nobody").hexdigest())


def hash_password(password: str) -> str:
    """The argon2id hash in PHC form."""
    with _LANES:
        return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; with no stored hash the work is done all the same (R27)."""
    with _LANES:
        try:
            return _HASHER.verify(stored or _NOBODY, password) and stored is not None
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)
