"""For a plugin that has to do with posts 岗位."""
from dataclasses import dataclass

from core.base.db import Id
from core.organization import posts
from core.tenancy import Ctx

__all__ = ["PostName", "post_names"]


@dataclass(frozen=True)
class PostName:
    """A post and the ungraded name of its family: 土建施工员, 施工员."""

    id: Id
    name: str
    family: str


def post_names(ctx: Ctx) -> dict[Id, PostName]:
    """All posts, also retired ones, in the order of GD-03."""
    return {post.id: PostName(post.id, post.name, post.family) for post in posts(ctx, retired=True)}
