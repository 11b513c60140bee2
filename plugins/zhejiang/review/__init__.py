"""资格审核: the institution judges degree, speciality, years, form and photo (ZJ-20, ZJ-21, ZJ-33 … ZJ-35)."""
