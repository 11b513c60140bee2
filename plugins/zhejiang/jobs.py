"""The job handlers of all rooms; importing them is what registers them."""
from plugins.zhejiang.board import jobs as board

__all__ = ["board"]
