"""Demonstration extracts: published figures, and invented children, each in the layouts of their senders."""
