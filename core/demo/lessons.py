"""Lessons of the demo, made on first run by ffmpeg and kept in `var/`: no video is ever committed.

Each is a small H.264 mp4 that starts to play before it has arrived whole: a title card, three points, a running clock
burnt in and, where espeak-ng is installed, a voice that reads them, else a soft tone.
"""
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.course.media import duration_of
from core.demo.syllabus import LessonPlan

FONTS = ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
         "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")
FORMAT = 3                 # raise it when the picture changes, so that old files are made anew
WIDTH, HEIGHT, RATE = 640, 360, 5
SPARE_MS = 300             # a lesson is a little longer than its hours, so that the last slot ends inside it
_TIMEOUT_S = 120


class LessonError(RuntimeError):
    """ffmpeg or the Chinese font is missing, or a file that does not play came out; the text says which."""


@dataclass(frozen=True)
class LessonFile:
    """A finished lesson on disk; `duration_ms` as measured in the file."""

    title: str
    path: Path
    duration_ms: int


def make_lessons(plans: Iterable[LessonPlan], folder: Path, hour_seconds: int,
                 told: Callable[[int, int], None] = lambda done, all_: None) -> dict[str, LessonFile]:
    """The lessons by title, made where they are not in `folder` yet; `told(done, all)` reports progress.

    A lesson lasts its class hours at `hour_seconds` each (6 s in the demo, so that 32 hours take 192 s).
    """
    wanted = {plan.title: plan for plan in plans}
    folder.mkdir(parents=True, exist_ok=True)
    font = _font()
    made: dict[str, LessonFile] = {}
    with ThreadPoolExecutor(max_workers=max(1, min(4, os.cpu_count() or 1))) as pool:
        for lesson in pool.map(lambda plan: _lesson(plan, folder, hour_seconds, font), wanted.values()):
            made[lesson.title] = lesson
            told(len(made), len(wanted))
    return made


def _lesson(plan: LessonPlan, folder: Path, hour_seconds: int, font: Path) -> LessonFile:
    length_ms = plan.class_hours * hour_seconds * 1000 + SPARE_MS
    recipe = json.dumps([FORMAT, plan.title, plan.points, plan.class_hours, length_ms], ensure_ascii=False)
    name = hashlib.sha256(recipe.encode()).hexdigest()[:24]
    for path in folder.glob(f"{name}-*.mp4"):
        return LessonFile(plan.title, path, int(path.stem.rsplit("-", 1)[1]))
    work = folder / f".{name}-{os.getpid()}"
    work.mkdir(exist_ok=True)
    try:
        _encode(plan, length_ms, font, work)
        duration_ms = duration_of(work / "lesson.mp4")
        path = (work / "lesson.mp4").replace(folder / f"{name}-{duration_ms}.mp4")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return LessonFile(plan.title, path, duration_ms)


def _encode(plan: LessonPlan, length_ms: int, font: Path, work: Path) -> None:
    seconds = length_ms / 1000
    picture = f"color=c=0xf4f7fb:s={WIDTH}x{HEIGHT}:r={RATE}:d={seconds}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture]
    voice = _voice(plan, work)
    if voice:
        command += ["-i", str(voice), "-af", f"apad=whole_dur={seconds},atrim=0:{seconds}"]
    else:
        command += ["-f", "lavfi", "-i", f"sine=frequency=330:sample_rate=22050:duration={seconds}",
                    "-af", "volume=0.05"]
    command += ["-vf", ",".join(_drawings(plan, font, work, seconds)), "-threads", "1",
                "-c:v", "libx264", "-preset", "ultrafast", "-crf", "28",
                "-pix_fmt", "yuv420p", "-g", str(RATE * 2), "-c:a", "aac", "-b:a", "32k", "-ac", "1",
                "-t", str(seconds), "-movflags", "+faststart", str(work / "lesson.mp4")]
    _run(command)


def _drawings(plan: LessonPlan, font: Path, work: Path, seconds: float) -> list[str]:
    """The filters that draw the card: text comes from files, so that no character of it means anything to ffmpeg."""
    def text(name: str, words: str, x: str, y: int, size: int, colour: str, rule: str = "") -> str:
        (work / f"{name}.txt").write_text(words, encoding="utf-8")
        return (f"drawtext=fontfile={font}:textfile={work / name}.txt:expansion=none:x={x}:y={y}"
                f":fontsize={size}:fontcolor={colour}{rule}")

    step = seconds / 4
    drawn = [f"drawbox=x=0:y=0:w={WIDTH}:h=8:color=0x1a56a8:t=fill",
             text("title", plan.title, "36", 56, _size_of(plan.title), "0x12263f"),
             text("hours", f"{plan.class_hours} 学时 · 继续教育示例课件", "36", 104, 17, "0x52637a")]
    for number, point in enumerate(plan.points, 1):
        shown = f":enable='gte(t,{step * number - step / 2:.2f})'"
        drawn.append(text(f"point{number}", f"{number}　{point}", "36", 112 + 44 * number, 22, "0x12263f", shown))
    drawn += [f"drawbox=x=36:y={HEIGHT - 60}:w={WIDTH - 72}:h=1:color=0xc9d3e0:t=fill",
              f"drawtext=fontfile={font}:text='%{{pts\\:hms}}':x=36:y={HEIGHT - 42}:fontsize=22:fontcolor=0x1a56a8"]
    return drawn


def _size_of(title: str) -> int:
    return min(36, (WIDTH - 72) // max(1, len(title)))


def _voice(plan: LessonPlan, work: Path) -> Path | None:
    """A spoken title and points; None where no voice is installed."""
    if shutil.which("espeak-ng") is None:
        return None
    spoken = work / "voice.wav"
    _run(["espeak-ng", "-v", "cmn", "-s", "190", "-w", str(spoken), "。".join((plan.title, *plan.points))])
    return spoken if spoken.exists() and spoken.stat().st_size > 1000 else None


def _font() -> Path:
    for name in FONTS:
        if Path(name).exists():
            return Path(name)
    raise LessonError("没有找到中文字体：请安装 fonts-wqy-microhei")


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except FileNotFoundError:
        raise LessonError(f"没有找到 {command[0]}：请安装 ffmpeg") from None
    except subprocess.TimeoutExpired:
        raise LessonError(f"{command[0]} 超过 {_TIMEOUT_S} 秒没有完成") from None
    if done.returncode:
        raise LessonError(f"{command[0]}：{done.stderr.strip()[-400:]}")
    return done.stdout
