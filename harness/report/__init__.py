"""Reports: verdicts and witnesses for people and for programs.

Reads verdicts, and what a replay told; imports no judge.
"""
