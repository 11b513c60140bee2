"""Does a turn look like one of an earlier sitting? A hint for the auditor and no more: an honest person on the same
chair may look alike (design: faces §3; L12). Of a turned frame 32 bytes of a perceptual hash and the brightness of
16 × 12 fields are kept (`measure.look_of`); nobody can be recognised from them. Noise and encoding anew differ by 0.44
grey steps at most once the common shift of brightness is taken off, another moment of a turn by 0.6 and more."""
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

HASH_BYTES = 32
TONES = (16, 12)
LOOK_BYTES = HASH_BYTES + TONES[0] * TONES[1]
ENOUGH = 3
"""So many turned frames alike make a hint."""
_BITS = 8
_DIFFERENCE = 0.5


def alike(now: bytes, earlier: Iterable[bytes]) -> int:
    """How many turned frames of a sitting resemble one of any earlier sitting; each argument holds looks end to end."""
    before = _split(b"".join(earlier))
    if not len(before):
        return 0
    return sum(_resembles(look, before) for look in _split(now))


def _split(looks: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(looks[:len(looks) // LOOK_BYTES * LOOK_BYTES], np.uint8).reshape(-1, LOOK_BYTES)


def _resembles(look: NDArray[np.uint8], before: NDArray[np.uint8]) -> bool:
    bits = np.unpackbits(before[:, :HASH_BYTES] ^ look[:HASH_BYTES], axis=1).sum(axis=1)
    apart = before[:, HASH_BYTES:].astype(np.int16) - look[HASH_BYTES:].astype(np.int16)
    tones = np.abs(apart - np.median(apart, axis=1, keepdims=True)).mean(axis=1)
    return bool(((bits <= _BITS) & (tones <= _DIFFERENCE)).any())
