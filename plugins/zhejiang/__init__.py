"""浙江: an enterprise enrolls its people in one batch, from its registration to the certificate (ZJ-01 … ZJ-37)."""
