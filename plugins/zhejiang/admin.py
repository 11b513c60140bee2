"""The rooms in the back office's menu."""
from core.api.console import Console

from plugins.zhejiang.batch import admin as batch
from plugins.zhejiang.board import admin as board
from plugins.zhejiang.documents import admin as documents
from plugins.zhejiang.enterprise import admin as enterprise
from plugins.zhejiang.institutions import admin as institutions
from plugins.zhejiang.order import admin as order
from plugins.zhejiang.review import admin as review
from plugins.zhejiang.testing import admin as testing
from plugins.zhejiang.training import admin as training


def install(console: Console) -> None:
    """Called once, when the app is made; within a group of the menu the rooms stand in the order of the manual."""
    for room in (enterprise, institutions, batch, documents, review, order, training, testing, board):
        room.install(console)
