"""Each instruction comes as a spoken clip too, made by espeak-ng (N-35)."""
import subprocess
from pathlib import Path
from shutil import which

import pytest

from core.presence import speech
from core.presence.liveness import Action, Reason
from core.presence.speech import SpeechFailed, clip_name, make_clips
from core.presence.words import action_text, failure, hint_text, spoken
from core.web import JianxueFlask

WITH_VOICE = pytest.mark.skipif(which("espeak-ng") is None, reason="no espeak-ng here")


def test_every_instruction_hint_and_reason_is_said(app: JianxueFlask) -> None:
    """N-35: what is told in writing is told aloud, in the same words, the instructions first."""
    with app.test_request_context():
        said = list(spoken())
        assert said[:len(Action)] == [action_text(action) for action in Action]
        assert {hint_text(reason) for reason in (Reason.TOO_DARK, Reason.TOO_BRIGHT, Reason.TOO_FAR,
                                                 Reason.SEVERAL_FACES, Reason.NO_FACE)} <= set(said)
        for reason in ("not_done", "no_match", "flat", "lost", "timed_out"):
            why = failure(reason)
            assert {why.sentence, why.hint} <= set(said)


@WITH_VOICE
def test_a_clip_is_made_once_and_goes_with_its_sentence(tmp_path: Path) -> None:
    """N-35: MP3 of at most two seconds for an instruction; nothing is done a second time; what is no longer said
    goes."""
    wanted = [("zh-CN", "向左慢慢转头"), ("en", "Turn your head slowly to the left")]
    assert make_clips(tmp_path, wanted) == 2 and make_clips(tmp_path, wanted) == 0
    for lang, text in wanted:
        clip = tmp_path / clip_name(lang, text)
        probe = ["ffprobe", "-v", "error", "-show_entries", "format=duration,format_name", "-of", "csv=p=0", str(clip)]
        told = subprocess.run(probe, capture_output=True, text=True, check=True).stdout.strip().split(",")
        assert told[0] == "mp3" and 0.8 < float(told[1]) < 2.2 and clip.stat().st_size < 12_000
    assert make_clips(tmp_path, wanted[:1]) == 0 and [one.name for one in tmp_path.iterdir()] == [clip_name(*wanted[0])]


@WITH_VOICE
def test_chinese_is_read_as_chinese(app: JianxueFlask) -> None:
    """N-35: Debian's plain Mandarin voice reads pinyin by English rules (“king three”); ours never leaves Chinese."""
    with app.test_request_context():
        said = "\n".join(spoken())
    voice = speech._VOICES["zh-CN"][:2]
    read = subprocess.run(["espeak-ng", "-b", "1", "-q", "-x", *voice, "--", said], capture_output=True, text=True,
                          check=True).stdout
    assert read.strip() and "(en)" not in read


def test_without_espeak_there_is_a_sentence_and_no_half_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-35: the page works without clips; the script says what is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechFailed, match="espeak-ng"):
        make_clips(tmp_path / "speech", [("zh-CN", "慢慢点头")])
    assert not list((tmp_path / "speech").iterdir())


def test_the_page_names_only_clips_that_are_there(app: JianxueFlask, tmp_path: Path,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    """N-35: a sentence without a clip is left to the browser's own voice."""
    monkeypatch.setattr(speech, "FOLDER", tmp_path)
    with app.test_request_context():
        assert speech.clips() == {}
