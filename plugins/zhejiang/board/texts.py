"""What an enterprise's reminder says; only where the trainee can do something."""
from plugins.zhejiang.board.models import BoardRow
from plugins.zhejiang.board.states import Reason, Standing

BEGIN = "【温馨提示】尊敬的{name}学员您好，{firm}已为您开通{post}岗位{year}年度培训，请尽快登录平台开始学习。"
GO_ON = "【温馨提示】尊敬的{name}学员您好，您的{post}岗位{year}年度培训已学{done}学时，还差{left}学时，请按时学完。{firm}提醒您。"
AGAIN = "【温馨提示】尊敬的{name}学员您好，您的{post}岗位{year}年度学时需要重新学习，请登录平台在“我的培训”中查看。{firm}提醒您。"


def reminder(row: BoardRow, firm: str) -> str | None:
    """None where nothing is the trainee's to do."""
    text = _text(Standing(row.standing), Reason(row.reason))
    if text is None:
        return None
    return text.format(name=row.employee.name, firm=firm, post=row.post, year=row.year, done=f"{row.hours_done:g}",
                       left=f"{max(0, row.hours_due - row.hours_done):g}")


def _text(standing: Standing, reason: Reason) -> str | None:
    if reason is Reason.CLEARED:
        return AGAIN
    if reason is Reason.NOT_BEGUN:
        return BEGIN
    if reason in (Reason.BEHIND, Reason.YEAR_OVER) or (standing is Standing.STUDYING and reason is Reason.NONE):
        return GO_ON
    return None
