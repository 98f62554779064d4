"""The student's process: runs a submission in virtual time and records it.  Imports virtualtime and trace only."""
