"""资料: six pictures a person, matched by their names in a zip (ZJ-09 … ZJ-11, ZJ-18)."""
