"""`face_verdict`: a camera's JPEG to the verdict, one core, against the published steps of the `face_recognition`
package (detect on the full RGB picture, its small 5-point model, descriptor) on the same pictures and models.
They are written out here, since the package wants the dlib that is built from source."""
import io
import statistics
import time
from collections.abc import Callable

import dlib
import numpy as np
from PIL import Image
from skimage import data as skimage_data

from core.presence.engine import DlibEngine, model_file
from core.presence.matching import MatchRules, compare
from core.presence.photo import decode

ROUNDS = 25
SIZE = (640, 480)


def _pictures() -> list[bytes]:
    """Camera frames of one face at several places and sizes."""
    whole = Image.fromarray(np.asarray(skimage_data.astronaut()))
    pictures = []
    for left, top, width in ((20, 0, 400), (60, 0, 360), (0, 0, 440), (40, 10, 380)):
        frame = whole.crop((left, top, left + width, top + width * 3 // 4)).resize(SIZE, Image.Resampling.LANCZOS)
        out = io.BytesIO()
        frame.save(out, "JPEG", quality=85)
        pictures.append(out.getvalue())
    return pictures


def _ours() -> Callable[[bytes], object]:
    engine, rules = DlibEngine(), MatchRules(frames=1)
    engine.load()
    on_file = np.zeros(128)

    def verdict(content: bytes) -> object:
        image = decode(content)
        faces = engine.find(image)
        live = engine.describe([engine.chip(image, faces[0])])
        return compare(live, on_file, None, rules)

    return verdict


def _theirs() -> Callable[[bytes], object]:
    """load_image_file, face_locations(model="hog", number_of_times_to_upsample=1), face_encodings(model="small",
    num_jitters=1), face_distance: as in face_recognition 1.3.0's api.py."""
    detector = dlib.get_frontal_face_detector()
    predictor = dlib.shape_predictor(str(model_file("shape_predictor_5_face_landmarks.dat")))
    encoder = dlib.face_recognition_model_v1(str(model_file("dlib_face_recognition_resnet_model_v1.dat")))
    on_file = np.zeros(128)

    def verdict(content: bytes) -> object:
        image = np.array(Image.open(io.BytesIO(content)).convert("RGB"))
        box = detector(image, 1)[0]
        height, width = image.shape[:2]
        clipped = dlib.rectangle(max(box.left(), 0), max(box.top(), 0), min(box.right(), width),
                                 min(box.bottom(), height))
        encoding = np.array(encoder.compute_face_descriptor(image, predictor(image, clipped), 1))
        return np.linalg.norm(encoding - on_file) <= 0.6

    return verdict


def run() -> dict[str, float]:
    """{"ms": median of ours, "their_ms": of theirs, "vs_face_recognition": ours ÷ theirs (below 1 is faster),
    "low" and "high": 10th and 90th percentile of that ratio}; in turns, CPU time of this process."""
    pictures, ours, theirs = _pictures(), _ours(), _theirs()
    for content in pictures:
        ours(content), theirs(content)
    mine, yours = [], []
    for number in range(ROUNDS):
        content = pictures[number % len(pictures)]
        mine.append(_milliseconds(ours, content))
        yours.append(_milliseconds(theirs, content))
    ratios = sorted(our / their for our, their in zip(mine, yours, strict=True))
    return {"ms": round(statistics.median(mine), 1), "their_ms": round(statistics.median(yours), 1),
            "vs_face_recognition": round(statistics.median(ratios), 3),
            "low": round(ratios[len(ratios) // 10], 3), "high": round(ratios[-1 - len(ratios) // 10], 3)}


def _milliseconds(verdict: Callable[[bytes], object], content: bytes) -> float:
    begun = time.process_time()
    verdict(content)
    return (time.process_time() - begun) * 1000


if __name__ == "__main__":
    print(run())
