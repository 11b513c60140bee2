"""Photo rules as values and sentences; pure, and light enough for a web worker (N-12, N-16, JL-06)."""
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.base.errors import Problem

PIXEL_CAP = 25_000_000
_KB = 1024


class PhotoRules(Protocol):
    """A tenant's photo rules; `tenants/*.toml` [photo] fills them."""

    @property
    def max_kb(self) -> int: ...
    @property
    def types(self) -> tuple[str, ...]: ...
    @property
    def backgrounds(self) -> tuple[str, ...]: ...
    @property
    def portrait(self) -> bool: ...
    @property
    def min_eye_px(self) -> int: ...
    @property
    def min_sharpness(self) -> float: ...
    @property
    def warn_sharpness(self) -> float: ...
    @property
    def max_roll_deg(self) -> float: ...
    @property
    def max_yaw(self) -> float: ...
    @property
    def min_face_score(self) -> float: ...
    @property
    def max_eyes_dark(self) -> float: ...
    @property
    def max_mouth_off(self) -> float: ...
    @property
    def min_face_shape(self) -> float: ...
    @property
    def max_face_shape(self) -> float: ...


@dataclass(frozen=True)
class PhotoLimits:
    """The same rules as plain values that cross to the face process; defaults are measured ones."""

    max_kb: int = 80
    types: tuple[str, ...] = ("jpg", "png")
    backgrounds: tuple[str, ...] = ("white",)
    portrait: bool = True
    min_eye_px: int = 50
    min_sharpness: float = 25.0
    warn_sharpness: float = 60.0
    max_roll_deg: float = 8.0
    max_yaw: float = 0.10
    min_face_score: float = 0.8
    max_eyes_dark: float = 0.34
    max_mouth_off: float = 17.0
    min_face_shape: float = 0.40
    max_face_shape: float = 0.65

    @classmethod
    def of(cls, rules: PhotoRules) -> "PhotoLimits":
        """The values of a tenant's rules, detached from whatever object carries them."""
        return cls(
            rules.max_kb, tuple(rules.types), tuple(rules.backgrounds), rules.portrait,
            rules.min_eye_px, rules.min_sharpness, rules.warn_sharpness,
            rules.max_roll_deg, rules.max_yaw, rules.min_face_score, rules.max_eyes_dark, rules.max_mouth_off,
            rules.min_face_shape, rules.max_face_shape,
        )


class Code(StrEnum):
    """What can be wrong with a photo, in the order in which people should hear it."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNREADABLE = "unreadable"
    ANIMATED = "animated"
    LANDSCAPE = "landscape"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    HALF_FACE = "half_face"
    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    TILTED = "tilted"
    NOT_FRONTAL = "not_frontal"
    STRETCHED = "stretched"
    EYES_COVERED = "eyes_covered"
    MOUTH_COVERED = "mouth_covered"
    UNCLEAR_FACE = "unclear_face"
    BUSY_GROUND = "busy_ground"
    WRONG_GROUND = "wrong_ground"
    SOFT = "soft"
    COLOURLESS = "colourless"


WARNINGS = frozenset({Code.SOFT, Code.COLOURLESS})


@dataclass(frozen=True)
class PhotoVerdict:
    """`ok` when nothing blocks; `warnings` do not block; `facts` what was measured (px, degrees, LAB);
    `clean` the picture re-encoded as JPEG without metadata, empty unless ok."""

    ok: bool
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    facts: Mapping[str, float | str]
    clean: bytes


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"BM", "bmp"),
    (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"), (b"%PDF", "pdf"), (b"PK\x03\x04", "zip"),
)


def kind_of(data: bytes) -> str:
    """The file's type by its first bytes, whatever its name says; '' when unknown."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[4:8] == b"ftyp":
        return "heic"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def precheck(data: bytes, rules: PhotoRules) -> list[Code]:
    """What the bytes alone tell (size, type): asked before the face process is troubled."""
    if not data:
        return [Code.EMPTY]
    if kind_of(data) not in rules.types:
        return [Code.WRONG_TYPE]
    return [Code.TOO_LARGE] if len(data) > rules.max_kb * _KB else []


_GROUNDS = {"white": _l("白色"), "blue": _l("蓝色")}


def grounds_text(rules: PhotoRules) -> str:
    """白色或蓝色: the grounds that a tenant takes, in words."""
    either: str = _("或")
    return either.join(str(_GROUNDS.get(ground, ground)) for ground in rules.backgrounds)


_SENTENCES: Mapping[Code, tuple[LazyString, LazyString]] = {
    Code.EMPTY: (_l("没有收到照片。"), _l("请重新选择照片文件。")),
    Code.TOO_LARGE: (_l("照片文件 {kb} kB，超过 {max_kb} kB 的上限。"),
                     _l("请把照片缩小到一寸大小（295×413 像素）后另存为 JPG 再上传，或直接用摄像头拍照。")),
    Code.WRONG_TYPE: (_l("这个文件不是 {types} 照片{found}。"), _l("请上传 {types} 格式的照片；只改文件名后缀没有用。")),
    Code.TOO_MANY_PIXELS: (_l("照片有 {width}×{height} 像素，太大了。"), _l("请把照片缩小到一寸大小（295×413 像素）后再上传。")),
    Code.UNREADABLE: (_l("照片打不开，文件可能损坏或没有传完整。"), _l("请重新导出或重新拍一张再上传。")),
    Code.ANIMATED: (_l("这是一张动图。"), _l("请上传静止的证件照。")),
    Code.LANDSCAPE: (_l("照片是横的。"), _l("请上传竖版照片，高度要大于宽度。")),
    Code.NO_FACE: (_l("照片里没有找到人脸。"), _l("请上传本人正面免冠证件照，脸部不要遮挡，光线不要太暗。")),
    Code.SEVERAL_FACES: (_l("照片里有 {faces} 张人脸。"), _l("请上传只有本人一个人的照片。")),
    Code.HALF_FACE: (_l("照片里的脸不完整。"), _l("请让整张脸和头发都在照片里，四周留出空白。")),
    Code.TOO_SMALL: (_l("脸在照片里太小，两眼外角相距只有 {eye_px} 像素，至少要 {min_eye_px} 像素。"),
                     _l("请走近一些拍照，或换一张更大的近景证件照。")),
    Code.BLURRED: (_l("照片模糊，看不清五官。"), _l("请换一张清晰的照片；拍照时拿稳，对准脸部再按。")),
    Code.TILTED: (_l("头部歪了约 {roll} 度，最多可以歪 {max_roll} 度。"), _l("请把头摆正，两眼保持水平，再拍一张。")),
    Code.NOT_FRONTAL: (_l("脸没有正对镜头。"), _l("请面向镜头，左右脸露出一样多，再拍一张。")),
    Code.STRETCHED: (_l("照片变形了，脸被拉长或压扁。"), _l("请按原来的比例裁剪照片，不要拉伸；拍照时平视镜头。")),
    Code.EYES_COVERED: (_l("眼睛被遮住了。"), _l("请取下墨镜或深色眼镜，把头发拨开，露出两只眼睛，再拍一张。")),
    Code.MOUTH_COVERED: (_l("口鼻被遮住了。"), _l("请取下口罩或围巾，露出整张脸，再拍一张。")),
    Code.UNCLEAR_FACE: (_l("脸部看不清楚，可能被遮挡、光线太暗或照片失真。"), _l("请取下帽子、口罩和墨镜，在明亮的地方正面拍照。")),
    Code.BUSY_GROUND: (_l("照片背景不是纯色。"), _l("请站在{grounds}墙面或幕布前拍照，身后不要有别的东西。")),
    Code.WRONG_GROUND: (_l("照片背景是{ground}，要求是{grounds}底。"), _l("请换一张{grounds}底的证件照。")),
    Code.SOFT: (_l("照片不太清晰。"), _l("可以使用，但以后刷脸可能不容易通过；有更清晰的照片请换一张。")),
    Code.COLOURLESS: (_l("照片像是黑白的。"), _l("可以使用；有彩色照片请换一张。")),
}


def explain(code: Code, facts: Mapping[str, float | str], rules: PhotoRules) -> Problem:
    """The sentence and the hint for one code, with what was measured filled in."""
    sentence, hint = _SENTENCES[code]
    words = _words(facts, rules)
    return Problem(f"photo_{code.value}", str(sentence).format(**words), "photo", str(hint).format(**words))


def _words(facts: Mapping[str, float | str], rules: PhotoRules) -> dict[str, str]:
    found = str(facts.get("kind", ""))
    return {
        "kb": f"{float(facts.get('kb', 0)):.0f}", "max_kb": str(rules.max_kb),
        "types": "、".join(kind.upper() for kind in rules.types),
        "found": _("，而是 %(kind)s 文件", kind=found.upper()) if found and found not in rules.types else "",
        "width": f"{float(facts.get('width', 0)):.0f}", "height": f"{float(facts.get('height', 0)):.0f}",
        "faces": f"{float(facts.get('faces', 0)):.0f}", "eye_px": f"{float(facts.get('eye_px', 0)):.0f}",
        "min_eye_px": str(rules.min_eye_px), "roll": f"{abs(float(facts.get('roll', 0))):.1f}",
        "max_roll": f"{rules.max_roll_deg:.0f}",
        "grounds": grounds_text(rules),
        "ground": str(_GROUNDS.get(str(facts.get("ground", "")), _("别的颜色"))),
    }


def verdict(
    codes: list[Code], facts: Mapping[str, float | str], clean: bytes, rules: PhotoRules,
) -> PhotoVerdict:
    """Codes in the order of `Code`, told in words; only a photo without blocking problems is kept."""
    ordered = sorted(set(codes), key=list(Code).index)
    blocking = tuple(explain(code, facts, rules) for code in ordered if code not in WARNINGS)
    softer = tuple(explain(code, facts, rules) for code in ordered if code in WARNINGS)
    return PhotoVerdict(not blocking, blocking, softer, facts, b"" if blocking else clean)
