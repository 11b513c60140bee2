"""The job handlers of all rooms; importing them is what registers them."""
from plugins.zhejiang.batch import jobs as batch
from plugins.zhejiang.board import jobs as board
from plugins.zhejiang.documents import jobs as documents
from plugins.zhejiang.enterprise import jobs as enterprise
from plugins.zhejiang.order import jobs as order
from plugins.zhejiang.review import jobs as review
from plugins.zhejiang.testing import jobs as testing
from plugins.zhejiang.training import jobs as training

__all__ = ["batch", "board", "documents", "enterprise", "order", "review", "testing", "training"]
