"""Posts 岗位 and the organizations that staff belong to."""
from core.organization.models import Organization, Post
from core.organization.posts import FAMILIES, POSTS, PROFESSIONAL
from core.organization.queries import class_of, post_by_id, post_by_name, posts
from core.organization.service import seed_posts

__all__ = ["FAMILIES", "POSTS", "PROFESSIONAL", "Organization", "Post", "class_of", "post_by_id", "post_by_name",
           "posts", "seed_posts"]
