"""Passwords that everybody tries first; read with `in`, lower case."""

_LIST = """
111111 222222 333333 666666 888888 000000 123123 123456 1234567 12345678 123456789 1234567890 654321
987654321 112233 121212 123321 147258 147258369 159357 520520 5201314 7758521 66666666 88888888 11111111
00000000 11223344 12341234 password passw0rd password1 p@ssw0rd p@ssword admin admin123 administrator
root123 test1234 qwerty qwerty123 qwertyuiop qwer1234 1q2w3e4r 1q2w3e4r5t 1qaz2wsx q1w2e3r4 asdfgh
asdfghjkl asdf1234 zxcvbn zxcvbnm zaq12wsx abc123 abcd1234 abc12345 a123456 a1234567 a12345678 a123456789
aa123456 aa112233 aaa111 aini1314 woaini woaini123 woaini520 woaini1314 wodemima mima123 iloveyou
letmein welcome welcome1 dragon monkey sunshine princess football baseball superman trustno1
changeme secret123 zhongguo china123 beijing jianzhu jianxue shigong xuexi123 peixun123 jianshe
"""
WEAK_PASSWORDS = frozenset(_LIST.split())
