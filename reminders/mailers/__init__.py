"""Ways to send a message, one file each, found by the scheme of MAIL_URL.

A module says in SCHEMES which addresses are its own, and `mailer_for(address)` makes its mailer from one.
"""
