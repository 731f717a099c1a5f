"""The pages about certificates: checking one, one's own, other people's, badges, passports, issuers who are trusted."""

from courses.views.certificates import (
    accepting,
    badges,
    checking_files,
    issuers,
    others,
    own,
    passports,
    verify,
)

__all__ = ["accepting", "badges", "checking_files", "issuers", "others", "own", "passports", "verify"]
