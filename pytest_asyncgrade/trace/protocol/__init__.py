"""What crosses the wall between the student's process and ours: one class for each message, encoded and decoded here.

`order` is what the student's process is told to do, `records` and `lines` are what it reports, `fork_link` is what the
fork server and its parent say to each other.  All are written and read by `schema`, by the definitions of the classes.
"""
