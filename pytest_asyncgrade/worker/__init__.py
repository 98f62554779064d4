"""The student's process: runs a submission in virtual time and records it.  Imports layers 1 and 2 alone."""
