"""The teacher's side of the wall: starts a worker, limits and kills it, checks every record it sends, builds the trace.

Never imports the student's side: what comes over the wall is data.
"""

from .child import CAN_FORK, Fresh, Launcher, Stem
from .run import DEFAULT_TIMEOUT, Job, run_isolated

__all__ = ["CAN_FORK", "DEFAULT_TIMEOUT", "Fresh", "Job", "Launcher", "Stem", "run_isolated"]
