"""What virtual time replaces in Python while it lasts; each module installs one kind of patches and undoes it."""
