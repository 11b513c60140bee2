"""测试: rooms, seats, admission by live face, two hours, the score at once (ZJ-28, ZJ-29)."""
