"""培训计划: where and when, sign-in, and after it the application for the test (ZJ-27)."""
