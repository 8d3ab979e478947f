"""A second, independent answer: what the events mean, computed by plain SQL over all of them at once.

It shares with the pipeline the contract (``schemas``) and nothing else. Where the two disagree, one of them is wrong.
"""
