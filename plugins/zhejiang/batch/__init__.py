"""批次: the sheet of one post, one mode and one institution; looked through, then written (ZJ-12 … ZJ-19, ZJ-26)."""
