"""The deadline of replacement (GD-01, C-20): who is in time, who is late, who is reminded, how many will miss it."""
