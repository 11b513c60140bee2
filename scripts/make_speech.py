"""Makes the spoken clips of the face check, Chinese and English, where they are missing (needs espeak-ng and ffmpeg).

    python scripts/make_speech.py

They lie in core/web/static/speech/ of the installed package, from where the site serves them; git does not keep them.
"""
import sys
from pathlib import Path

from flask import Flask
from flask_babel import Babel, force_locale

import core.web
from core.presence.speech import FOLDER, SpeechFailed, make_clips
from core.presence.words import spoken

LANGUAGES = {"zh-CN": "zh_CN", "en": "en"}


def sentences() -> list[tuple[str, str]]:
    """(language of the page, sentence) in the words of the core's catalogue."""
    app = Flask(__name__)
    translations = Path(core.web.__file__).resolve().parents[1] / "translations"
    Babel(app, default_locale="zh_CN", default_translation_directories=str(translations))
    found = []
    for lang, locale in LANGUAGES.items():
        with app.test_request_context(), force_locale(locale):
            found += [(lang, text) for text in spoken()]
    return found


if __name__ == "__main__":
    try:
        made = make_clips(FOLDER, sentences())
    except SpeechFailed as error:
        sys.exit(f"No spoken clips: {error}. The face check works without them, by the browser's own voice.")
    print(f"{made} spoken clips made in {FOLDER}")
