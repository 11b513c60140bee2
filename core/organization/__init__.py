"""Posts 岗位 and the organizations that staff belong to."""
from core.organization.models import Organization, Post
from core.organization.posts import FAMILIES, POSTS
from core.organization.queries import post_by_id, post_by_name, posts
from core.organization.service import seed_posts

__all__ = ["FAMILIES", "POSTS", "Organization", "Post", "post_by_id", "post_by_name", "posts", "seed_posts"]
