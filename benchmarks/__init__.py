"""Side by side with the tools an examiner would use instead: ``make bench``, explained in docs/performance.md.

Nothing of the product is imported: it is run, like the others.
"""
