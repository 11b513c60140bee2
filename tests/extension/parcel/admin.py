"""A list of its own in the back office."""
from core.api.console import Col, Console, Group, TableView

from .models import Parcel


class Parcels(TableView[Parcel]):
    model, key, title, group, icon = Parcel, "parcels", "包裹", Group.CONTENT, "box"
    columns = (Col[Parcel]("label", "标签", lambda row: row.label),)
    empty = "没有包裹。"


def install(console: Console) -> None:
    console.add(Parcels())
