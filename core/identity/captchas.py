"""The picture of five digits (N-08, sample 90628) and its question for those who cannot see it."""
import secrets
from dataclasses import dataclass

from captcha.image import ImageCaptcha
from flask_babel import lazy_gettext as _l

from core.identity.rules import spoken

_PICTURE = ImageCaptcha(width=180, height=60)


@dataclass(frozen=True)
class Question:
    """A sum in words, which a screen reader can say, and its answer in digits."""

    text: str
    answer: str


def draw_digits(count: int = 5) -> str:
    """So many random digits."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def picture(digits: str) -> bytes:
    """A PNG of the digits, 180×60."""
    return _PICTURE.generate(digits).getvalue()


def draw_question() -> Question:
    """A sum of three numbers below 100, as 七十二加十九再减去三."""
    first, second, third = 20 + secrets.randbelow(70), 10 + secrets.randbelow(80), 1 + secrets.randbelow(19)
    text = _l("%(a)s加%(b)s，再减去%(c)s，等于多少？请写数字", a=spoken(first), b=spoken(second), c=spoken(third))
    return Question(str(text), str(first + second - third))
