"""A slow, literal reading of the counting rules, written without looking at the product.

It exists to disagree: the product computes timelines from spans, this package looks at one day at a time.
"""
