"""培训机构: comparing them by the five criteria (ZJ-13), and watching that they are alike strict (ZJ-14, C-21)."""
