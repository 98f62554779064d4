"""The event loop in virtual time, in parts: its timers, handles and tasks, how it runs them, how it waits."""

from .virtual_loop import VirtualTimeLoop

__all__ = ["VirtualTimeLoop"]
