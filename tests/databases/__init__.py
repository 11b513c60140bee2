"""What depends on the database itself: runs on SQLite and on PostgreSQL."""
