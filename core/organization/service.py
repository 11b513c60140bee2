"""Keeping the master list of posts."""
from sqlalchemy import select

from core.organization.models import Post
from core.organization.posts import POSTS
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
