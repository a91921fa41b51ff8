"""Helpers of the golden, system and crash tests, of bench/ and of the demo: real servers, the worker, comparisons."""
