"""Spoken clips of the face check's sentences: not every browser has a Chinese voice, so they are made beforehand
(`scripts/make_speech.py`). Without them the page uses the browser's own voice, else a tone alone."""
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from core.presence.words import spoken
from core.web.look import STATIC, asset, language

FOLDER = STATIC / "speech"
_VOICES: Mapping[str, tuple[str, ...]] = {
    # Debian's plain `cmn` reads the pinyin of each sign by English rules; this one reads it as Chinese.
    "zh-CN": ("-v", "cmn-latn-pinyin", "-s", "175"),
    "en": ("-v", "en-us", "-s", "165"),
}
_TRIM = "silenceremove=start_periods=1:start_threshold=-45dB"
_MP3 = ("-ac", "1", "-ar", "22050", "-c:a", "libmp3lame", "-b:a", "32k", "-map_metadata", "-1", "-fflags", "+bitexact")


class SpeechFailed(Exception):
    """espeak-ng or ffmpeg is missing, or did not do what was asked."""


def clip_name(lang: str, text: str) -> str:
    """The file of a sentence: another sentence or voice is another file, so a clip never says something old."""
    return sha256("\n".join((lang, *_VOICES[lang], text)).encode()).hexdigest()[:20] + ".mp3"


def clips() -> dict[str, str]:
    """Sentence → address of its clip in the language of the request, for those that were made."""
    lang = language()
    names = ((text, clip_name(lang, text)) for text in spoken())
    return {text: asset(f"speech/{name}") for text, name in names if (FOLDER / name).exists()}


def make_clips(folder: Path, wanted: Iterable[tuple[str, str]]) -> int:
    """Make what is missing of (language, sentence) and take away what is no longer wanted; how many were made."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {clip_name(lang, text): (lang, text) for lang, text in wanted}
    missing = [name for name in names if not (folder / name).exists()]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: _make(folder / name, *names[name]), missing))
    for old in folder.glob("*.mp3"):
        if old.name not in names:
            old.unlink()
    return len(missing)


def _make(path: Path, lang: str, text: str) -> None:
    """One sentence as MP3, which every browser plays (iPhones do not play Ogg)."""
    plain = re.sub(r"[“”\"【】]", "", text)
    with TemporaryDirectory() as folder:
        wave, clip = Path(folder) / "said.wav", Path(folder) / "said.mp3"
        _run("espeak-ng", "-b", "1", *_VOICES[lang], "-w", str(wave), "--", plain)
        _run("ffmpeg", "-v", "error", "-i", str(wave), "-af", f"{_TRIM},areverse,{_TRIM},areverse", *_MP3, str(clip))
        path.write_bytes(clip.read_bytes())


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise SpeechFailed(f"{command[0]}: {error}") from error
