"""Keeping the master list of posts."""
from flask_babel import gettext as _
from sqlalchemy import select

from core.base.errors import Conflict
from core.organization.models import Post
from core.organization.posts import POSTS, PROFESSIONAL
from core.tenancy import Ctx


def seed_posts(ctx: Ctx) -> list[Post]:
    """Write the posts of GD-03 and ZJ-35 that are not there yet; returns all, in order."""
    known = {post.code: post for post in ctx.db.scalars(select(Post))}
    for position, fact in enumerate(POSTS):
        if fact.code not in known:
            known[fact.code] = Post(code=fact.code, name=fact.name, family=fact.family, position=position)
            ctx.db.add(known[fact.code])
    ctx.db.flush()
    return sorted(known.values(), key=lambda post: post.position)


def add_post(ctx: Ctx, code: str, name: str, family: str, position: int, person_class: str = PROFESSIONAL) -> Post:
    """A further post. Raises Conflict for a name or code that exists."""
    if ctx.db.scalar(select(Post.id).where(Post.code == code)) is not None:
        raise Conflict("post_code", _("代码“%(code)s”已被使用。", code=code), field="code", hint=_("请换一个。"))
    _refuse_name(ctx, name, None)
    post = Post(code=code, name=name, family=family, position=position, person_class=person_class)
    ctx.db.add(post)
    ctx.db.flush()
    return post


def change_post(ctx: Ctx, post: Post, name: str, family: str, position: int, person_class: str) -> None:
    """Another name, family, place in lists or class of persons. Raises Conflict for a name that exists."""
    _refuse_name(ctx, name, post)
    post.name, post.family, post.position, post.person_class = name, family, position, person_class


def _refuse_name(ctx: Ctx, name: str, but: Post | None) -> None:
    known = ctx.db.scalar(select(Post).where(Post.name == name))
    if known is not None and known is not but:
        raise Conflict("post_name", _("岗位“%(name)s”已经有了。", name=name), field="name", hint=_("请换一个名称。"))


def retire_post(ctx: Ctx, post: Post) -> None:
    """Not offered any more; what refers to it stays."""
    post.retired_at = ctx.now


def restore_post(ctx: Ctx, post: Post) -> None:
    """Offered again."""
    post.retired_at = None
