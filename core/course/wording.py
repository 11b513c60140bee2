"""Why credit comes or stops, in a sentence that the player shows at once; and how times are said."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.course.ledger import Progress
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
    Reason.LATE: _l("断网期间的学习已经补记，接着学习即可。"),
    Reason.LATE_OVER: _l("断网期间的学习已经补记到限额，超出的部分不计。已回到保存的位置，接着学习即可。"),
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


def hours_text(learned: Progress) -> str:
    """3 / 32 学时."""
    return str(_("%(done)s / %(total)s 学时", done=learned.credited_hours, total=learned.total_hours))


def waiting_text(seconds: int) -> str:
    """待核对 4 分 30 秒; nothing when nothing waits."""
    return str(_("待核对 %(time)s", time=Words.read().spoken(seconds))) if seconds else ""


def waiting_sentence(seconds: int) -> str:
    """What still waits for a face, and what to do."""
    return str(_("课程已经看完，断网期间学习的 %(time)s 还没有核对是您本人。请重新拍照识别，通过后马上计入学时。",
                 time=Words.read().spoken(seconds)))


def late_sentence(reason: Reason, seconds: int, waits: bool) -> str:
    """What a cut earned, whether it waits for a face, and that there was more than it may earn."""
    if reason not in (Reason.LATE, Reason.LATE_OVER) or not seconds:
        return sentence_of(reason)
    time = Words.read().spoken(seconds)
    earned = (_("断网期间学习了 %(time)s，已补记，核对照片是您本人后计入学时。", time=time) if waits
              else _("断网期间学习了 %(time)s，已计入学时。", time=time))
    over = _("超出断网限额的部分不计，已回到保存的位置。") if reason is Reason.LATE_OVER else ""
    return str(earned) + str(over)
