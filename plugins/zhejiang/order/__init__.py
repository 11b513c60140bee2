"""报名订单: reviewed people of one institution, paid by the enterprise itself, one to one (ZJ-21 … ZJ-25)."""
