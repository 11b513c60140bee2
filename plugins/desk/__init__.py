"""更正服务台: a wrong phone is corrected by the hotline, with two pairs of eyes and a way back (BJ-02, C-22, X-08)."""
