"""What a platform exports, taken as it is: a folder, a zip or a table becomes a list of attempts of students."""

from .layouts import attempts_in
from .model import Attempt, Collected, collect

__all__ = ["Attempt", "Collected", "attempts_in", "collect"]
