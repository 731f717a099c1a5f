"""Reading and writing courses and completions: the catalogue, completions, their files, and whose they are."""

from courses.store.catalogue import (
    course_ids,
    course_lines,
    courses_on,
)
from courses.store.completed import (
    WITHDRAWN,
    OnRecord,
    awaiting,
    completion_on_record,
    completions,
    on_record,
    reason_of_rejection,
    record_completion,
    retract_completion,
    was_rejected,
)
from courses.store.evidence import (
    EvidenceFile,
    Sent,
    evidence_file,
    evidence_files,
    files_in_use,
    record_evidence_file,
    sent_for,
)
from courses.store.staff import (
    TeamPerson,
    person_of_account,
    person_of_ref,
    team_people,
)

__all__ = [
    "WITHDRAWN",
    "EvidenceFile",
    "OnRecord",
    "Sent",
    "TeamPerson",
    "awaiting",
    "completion_on_record",
    "completions",
    "course_ids",
    "course_lines",
    "courses_on",
    "evidence_file",
    "evidence_files",
    "files_in_use",
    "on_record",
    "person_of_account",
    "person_of_ref",
    "reason_of_rejection",
    "record_completion",
    "record_evidence_file",
    "retract_completion",
    "sent_for",
    "team_people",
    "was_rejected",
]
