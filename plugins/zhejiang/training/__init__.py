"""培训计划: from 已报名 to the test and to the first certificate (ZJ-27, ZJ-28, ZJ-30, ZJ-36)."""
