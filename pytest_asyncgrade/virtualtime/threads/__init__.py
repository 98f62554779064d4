"""Virtual threads: the threads of a program, which go through virtual time one at a time."""
