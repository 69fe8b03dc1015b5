"""What runs in Manticore's own environment: it imports Manticore and the standard library only.

Started as ``python -m worker JOB RESULT`` from the folder above, so that nothing of the harness,
whose dependencies are not there, is imported with it.
"""
