"""企业注册: an enterprise or school registers once, its city's authority reviews it (ZJ-01 … ZJ-08, ZJ-32)."""
