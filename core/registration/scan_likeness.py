"""Is a scan the same picture as another one, saved anew or made smaller? (C-18)

Receipts of one bank differ in a few digits only, so a hash that forgives small differences would find all of them
alike. Here 96 × 96 grey fields are compared: encoding anew moves none of them by more than a few steps, another digit
moves the fields that it stands in by far more.
"""
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 96
_STEPS = 20
_MEAN = 2.5
_SHAPE = 0.03


def look_of_scan(jpeg: bytes) -> bytes:
    """What is kept of a picture: its shape, then its grey fields. The picture is one of our own writing."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as opened:
        shape = opened.width / opened.height
        grey = opened.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.float32(shape).tobytes() + np.asarray(grey, np.uint8).tobytes()


def same_scan(one: bytes, other: bytes) -> bool:
    """Whether two looks are of the same picture."""
    if not one or not other:
        return False
    shape, before = _split(one)
    other_shape, after = _split(other)
    apart = np.abs(before - after)
    return bool(abs(shape / other_shape - 1) <= _SHAPE and apart.max() <= _STEPS and apart.mean() <= _MEAN)


def _split(look: bytes) -> tuple[float, NDArray[np.int16]]:
    return float(np.frombuffer(look[:4], np.float32)[0]), np.frombuffer(look[4:], np.uint8).astype(np.int16)
