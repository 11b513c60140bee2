"""通知公告 (N-06): the newest on the landing page, all of them searched and paged, one to read."""
from core.base.db import Id
from core.base.errors import NotFound
from core.notification import Notice, published_notices
from core.notification import notice as public_notice
from core.tenancy import Ctx


def latest(ctx: Ctx, count: int) -> list[Notice]:
    """The newest public notices."""
    return published_notices(ctx, count)


def search(ctx: Ctx, words: str) -> list[Notice]:
    """Public notices whose title or text holds the words, the newest first."""
    found = published_notices(ctx)
    return [each for each in found if words.casefold() in (each.title + each.body).casefold()]


def one(ctx: Ctx, notice_id: Id) -> Notice:
    """A public notice; NotFound when it is not out, withdrawn or unknown."""
    found = public_notice(ctx, notice_id)
    if found is None:
        raise NotFound("no_notice", "没有找到这条公告，可能已经撤下。", hint="请从公告列表里重新选择。")
    return found
