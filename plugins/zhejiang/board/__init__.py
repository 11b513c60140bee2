"""企业看板: every employee × post × year with what is due and what is abnormal (C-19)."""
