"""Jilin's answers to the contract; the manual beside them is in README.md."""
