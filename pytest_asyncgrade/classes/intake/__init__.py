"""What a platform exports, taken as it is: a folder, a zip or a table becomes a list of attempts of students."""

from .collecting import collect
from .layouts import attempts_in
from .model import Attempt, Collected

__all__ = ["Attempt", "Collected", "attempts_in", "collect"]
