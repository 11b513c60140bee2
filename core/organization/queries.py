"""Looking posts up."""
from sqlalchemy import select

from core.base.db import Id
from core.contract.values import PersonClass
from core.extension import hooks
from core.organization.models import Post
from core.tenancy import Ctx


def post_by_name(ctx: Ctx, name: str) -> Post | None:
    """The post with this full name (资料员, 土建质量员 …)."""
    return ctx.db.scalar(select(Post).where(Post.name == name))


def post_by_id(ctx: Ctx, post_id: Id) -> Post:
    """The post with this id; KeyError when a foreign key is broken."""
    found = ctx.db.get(Post, post_id)
    if found is None:
        raise KeyError(post_id)
    return found


def class_of(ctx: Ctx, post: Post) -> PersonClass:
    """The class of persons that holds a post (X-24); the tenant's first for a class that it no longer knows."""
    classes = hooks(ctx).collect_person_classes()
    return next((one for one in classes if one.code == post.person_class), classes[0])


def posts(ctx: Ctx, *, retired: bool = False) -> list[Post]:
    """All posts in the order of GD-03; retired ones only where asked."""
    wanted = select(Post).order_by(Post.position)
    return list(ctx.db.scalars(wanted if retired else wanted.where(Post.retired_at.is_(None))))
