"""The demo's lessons are real videos of the right length (N-30, A.7)."""
import subprocess
from pathlib import Path

import pytest

from core.course.media import MediaError, duration_of
from core.demo import lessons
from core.demo.lessons import LessonError, make_lessons
from core.demo.syllabus import COMMON, GENERAL, LessonPlan, professional

PLANS = (GENERAL[0], LessonPlan("引号'冒号:百分号%{pts}", ("a", "b", "c"), 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lessons")


def test_the_syllabus_adds_up() -> None:
    """N-30: 10 general and 22 professional class hours; no two lessons of a person have the same title."""
    for post in ("资料员", "土建施工员"):
        assert sum(plan.class_hours for plan in GENERAL) == 10
        assert sum(plan.class_hours for plan in professional(post)) == 22
        titles = [plan.title for plan in (*GENERAL, *professional(post))]
        assert len(set(titles)) == len(titles)
    assert professional("资料员")[1:] == COMMON == professional("标准员")[1:]


def test_lessons_are_made_once_and_play(folder: Path) -> None:
    """A.7: a lesson lasts its class hours at the demo's pace, with room for its last slot."""
    told: list[tuple[int, int]] = []
    made = make_lessons([*PLANS, PLANS[0]], folder, 6, lambda done, all_: told.append((done, all_)))
    assert set(made) == {plan.title for plan in PLANS}
    assert told == [(1, 2), (2, 2)]
    for plan in PLANS:
        lesson = made[plan.title]
        assert plan.class_hours * 6000 + 200 <= lesson.duration_ms <= plan.class_hours * 6000 + 600
        assert duration_of(lesson.path) == lesson.duration_ms
        assert lesson.path.stat().st_size < 600_000
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert make_lessons(PLANS, folder, 6) == made
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_the_clock_runs_in_the_picture(folder: Path) -> None:
    """N-37: two frames a few seconds apart differ where the clock is burnt in, and the card stays."""
    path = make_lessons(PLANS, folder, 6)[PLANS[0].title].path

    def frame(at: str, crop: str) -> bytes:
        command = ["ffmpeg", "-v", "error", "-ss", at, "-i", str(path), "-frames:v", "1", "-vf",
                   f"crop={crop},format=gray", "-f", "rawvideo", "-"]
        return subprocess.run(command, capture_output=True, check=True).stdout

    early, late = frame("2", "200:36:30:310"), frame("9", "200:36:30:310")
    assert early != late and min(early) < 120
    title = frame("1", "600:60:20:40")
    assert min(title) < 80 < max(title)


def test_what_does_not_play_is_refused(tmp_path: Path) -> None:
    """N-37: a file that is no video, or one that no browser starts before it is whole, is named."""
    text = tmp_path / "text.mp4"
    text.write_text("不是视频")
    with pytest.raises(MediaError):
        duration_of(text)
    late = tmp_path / "late.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=4", "-c:v", "libx264",
                    "-preset", "ultrafast", "-qp", "5", "-pix_fmt", "yuv420p", str(late)], check=True)
    with pytest.raises(MediaError, match="索引"):
        duration_of(late)


def test_a_missing_font_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare machine is told what to install."""
    monkeypatch.setattr(lessons, "FONTS", ())
    with pytest.raises(LessonError, match="fonts-wqy-microhei"):
        make_lessons(PLANS, tmp_path, 6)
