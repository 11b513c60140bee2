"""Zhejiang's answers to the contract."""
