"""1 个人用户注册: opening an account, completing one's file, the door of the resource library (N-08 … N-18)."""
