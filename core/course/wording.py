"""Why credit comes or stops, in a sentence that the player shows at once; and how times are said."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.course.rules import Reason

SENTENCES = {
    Reason.WATCHING: _l("正在学习，学时由服务器计入。"),
    Reason.STARTED: _l("开始计时。"),
    Reason.PAUSED: _l("已暂停。暂停期间不计学时，点“继续”接着学习。"),
    Reason.FULL: _l("本节学时已计满。"),
    Reason.REPEATED: _l("这次上报已经收到过，没有重复计入。"),
    Reason.CLOSED: _l("您在另一个页面或设备上打开了学习，本页已停止计学时。请只保留一个学习页面。"),
    Reason.TOO_FAST: _l("播放位置超前，这一段不计学时。已回到保存的位置，请按正常速度学习。"),
    Reason.BEHIND: _l("播放位置后退，这一段不计学时。已回到保存的位置。"),
    Reason.SILENT: _l("网络中断时间过长，这一段不计学时。已回到保存的位置，接着学习即可。"),
    Reason.ABSENT: _l("没有确认到您本人，画面已暂停，暂停期间不计学时。请重新拍照识别。"),
}


def sentence_of(reason: Reason) -> str:
    """The sentence in the reader's language."""
    return str(SENTENCES[reason])


def listed(numbers: Iterable[int]) -> str:
    """3、5、6."""
    return str(_("、")).join(str(number) for number in numbers)


@dataclass(frozen=True)
class Words:
    """What a beat's answer says, in one language: read once, since looking each up costs more than the beat."""

    sentences: Mapping[Reason, str]
    seconds: str
    minutes: str
    both: str
    credited: str
    saved: str

    @classmethod
    def read(cls) -> "Words":
        """In the language of the request being served."""
        return cls({reason: sentence_of(reason) for reason in Reason}, seconds=_("%(seconds)s 秒"),
                   minutes=_("%(minutes)s 分"), both=_("%(minutes)s 分 %(seconds)s 秒"),
                   credited=_("已计入 %(done)s / %(due)s"), saved=_("已保存到 %(at)s"))

    def spoken(self, seconds: int) -> str:
        """12 分 30 秒; whole minutes without seconds."""
        minutes, rest = divmod(seconds, 60)
        if not minutes:
            return self.seconds % {"seconds": rest}
        said = self.both if rest else self.minutes
        return said % {"minutes": minutes, "seconds": rest}

    def lesson_credit(self, seconds: int, due_seconds: int) -> str:
        """已计入 12 分 30 秒 / 45 分."""
        return self.credited % {"done": self.spoken(seconds), "due": self.spoken(due_seconds)}

    def saved_at(self, resume_ms: int) -> str:
        """Where the lesson goes on next time."""
        minutes, seconds = divmod(resume_ms // 1000, 60)
        return self.saved % {"at": f"{minutes:02d}:{seconds:02d}"}
