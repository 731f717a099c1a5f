"""Files that people send as evidence: judged by their content, made harmless, kept under names of chance.

What a file holds is read in a process of its own (`reading`), which alone loads pypdf and Pillow and has little memory
and time; the rest of the service sees only what that process says of it.
"""
