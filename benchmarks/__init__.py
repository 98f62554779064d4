"""Side-by-side CPU time: our loop, the stock loop and the other virtual-time loops, in one run."""
