"""The kinds of reminder steps, one file each, found by KIND. A step is pure: it says on which day it speaks.

Its words are in templates/emails/<kind>_<recipient>/. Which steps there are, with how many days and for whom, is data
of the rule book.
"""
