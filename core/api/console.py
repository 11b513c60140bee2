"""For a plugin's `admin.py`: its lists, forms and pages in the back office."""
from core.admin import (
    Col,
    Console,
    EditView,
    Fact,
    Group,
    PageView,
    Pick,
    RowAction,
    TableView,
    Tone,
    day,
    daytime,
    expose,
    money,
    status,
)

__all__ = ["Col", "Console", "EditView", "Fact", "Group", "PageView", "Pick", "RowAction", "TableView", "Tone",
           "day", "daytime", "expose", "money", "status"]
