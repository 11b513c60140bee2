"""Videos as files: how long one is, and whether every browser plays it while it is still arriving."""
import json
import subprocess
from functools import lru_cache
from pathlib import Path

_TIMEOUT_S = 60
_HEAD = 256 * 1024


class MediaError(RuntimeError):
    """The file is no video that can be used; the text says why, for the person who uploaded it."""


def duration_of(path: Path) -> int:
    """The length in milliseconds of an H.264 mp4 whose index stands in front; MediaError says what is wrong."""
    try:
        found = path.stat()
    except OSError:
        raise MediaError("这个文件不是视频，或者已经损坏") from None
    return _duration_of(path, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=128)
def _duration_of(path: Path, _size: int, _changed: int) -> int:
    """Remembered per file as it is: the demonstration gives the same lessons to every tenant."""
    try:
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "format=duration,format_name:stream=codec_name,pix_fmt",
             "-protocol_whitelist", "file", "-of", "json", str(path)],
            capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except FileNotFoundError:
        raise MediaError("没有找到 ffprobe：请安装 ffmpeg") from None
    except subprocess.TimeoutExpired:
        raise MediaError("视频检查超时，请换一个文件") from None
    if done.returncode:
        raise MediaError("这个文件不是视频，或者已经损坏")
    facts = json.loads(done.stdout)
    streams = {stream.get("codec_name"): stream for stream in facts.get("streams", [])}
    if "mp4" not in facts.get("format", {}).get("format_name", "") or "h264" not in streams \
            or streams["h264"].get("pix_fmt") not in ("yuv420p", "yuvj420p"):
        raise MediaError("不是浏览器能播放的视频：请使用 H.264 编码的 mp4 文件")
    with path.open("rb") as file:
        if b"moov" not in file.read(_HEAD):
            raise MediaError("视频索引不在文件开头，边下边播会失败：请用“faststart”方式重新导出")
    return round(float(facts["format"]["duration"]) * 1000)


def length_of(path: Path) -> float:
    """The length in seconds of any video that ffmpeg reads; MediaError for what is none."""
    try:
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "format=duration:stream=codec_type",
             "-protocol_whitelist", "file", "-of", "json", str(path)],
            capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        raise MediaError("视频检查没有完成，请稍后再传") from None
    facts = json.loads(done.stdout or "{}")
    length = str(facts.get("format", {}).get("duration", ""))
    if done.returncode or not facts.get("streams") or not length.replace(".", "", 1).isdigit():
        raise MediaError("这个文件不是视频，或者已经损坏")
    return float(length)
