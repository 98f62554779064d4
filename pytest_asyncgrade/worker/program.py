"""Runs a student's program as ``python program.py`` would, and says how it ended."""

from __future__ import annotations

import ast
import asyncio
import gc
import inspect
import linecache
import sys
import threading
import traceback
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_asyncgrade.trace.model import Outcome, Raised
from pytest_asyncgrade.trace.output import Place
from pytest_asyncgrade.trace.plain import clipped
from pytest_asyncgrade.trace.text import source_lines
from pytest_asyncgrade.virtualtime import DeadlockError

from .advice import advice, of_group
from .error_hints import leaves, no_function, syntax_error, text_of, unreadable
from .exit_handlers import ExitHandlers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from .source_locations import SourceFiles

    Called = tuple[str, list[Any], dict[str, Any]]
    """The name of a function, and its arguments."""

_COLLECT = compile("collect()", "sys", "exec")
"""Runs the collection, so that its warnings are for ``sys:1``, as at the end of Python, and not for our line."""


@dataclass(frozen=True, slots=True)
class End:
    """How a program ended, on which of the student's lines, and the status a shell would see."""

    outcome: Outcome
    reason: str = ""
    place: Place | None = None
    raised: Raised | None = None
    result: object = None
    status: int = 0


class Program:
    """A student's file, ready to run.

    Its modules are in its folder, and in `folder` above it if it is part of a package.  Its code bears the name
    `filename`, an absolute path, as with ``python file.py``.
    `begin` is called when recording should begin.  `comment` gets the exception that ends the program, before anything
    else is done, and returns a comment on it; `fell` is called if that exception is an error of the program's.  The
    program can see all these: they are below it on the stack.
    """

    def __init__(  # noqa: PLR0913  # what a program is, and what to do with it
        self,
        path: Path,
        files: SourceFiles,
        begin: Callable[[], None],
        comment: Callable[[BaseException], str] = lambda _error: "",
        *,
        fell: Callable[[], None] = lambda: None,
        folder: Path | None = None,
        filename: str = "",
    ) -> None:
        self.path = path
        self._folder = folder or path.parent
        self.name = files.script
        self._filename = filename or str(path)
        self._files = files
        self._begin = begin
        self._comment = comment
        self._fell = fell
        self._module = ""
        self._called = ""
        """The function that is called; empty if none is."""
        self._exit_handlers = ExitHandlers()

    def run(self, argv: Iterable[str] = ()) -> End:
        """Run the file as ``__main__``."""
        self._begin()
        sys.argv = [self.name, *argv]

        def run() -> None:
            self._load("__main__")

        return self._ended(run)

    def call(self, ask: Callable[[], Called]) -> End:
        """Import the file, then ask what to call of it, and do so; a coroutine is run with ``asyncio.run``."""

        def call() -> object:
            module = self._imported()
            self._begin()
            self._called, args, kwargs = ask()
            return _call(getattr(module, self._called), args, kwargs)

        return self._ended(call)

    def play(self, scenarios: Mapping[str, Any], ask: Callable[[], Called]) -> End:
        """Import the file, then ask for a scenario of the grader's, and run it with the student's module."""

        def play() -> object:
            module = self._imported()
            self._begin()
            scenario, args, kwargs = ask()
            return _call(scenarios[scenario], [module, *args], kwargs)

        return self._ended(play)

    def _imported(self) -> ModuleType:
        """Import the file; if the program ends or fails during that, what it had defined by then stays available.

        So a program that runs its main when it is imported, and fails there, still has its functions.
        """
        try:
            return self._load(self.path.stem)
        except (NoProgramError, SyntaxError):
            raise
        except BaseException as error:  # whatever ended it
            module = sys.modules.get(self.path.stem)
            if not isinstance(module, ModuleType):
                raise
            end = self._exited(error) if isinstance(error, SystemExit) else self.crashed(error)

            def missing(name: str) -> NoReturn:
                if name.startswith("__"):
                    raise AttributeError(name)
                raise EndedEarlyError(end)

            vars(module).setdefault("__getattr__", missing)
            return module

    def _load(self, name: str) -> ModuleType:
        """Execute the file as the module `name`."""
        source = self.path.read_bytes()
        if problem := unreadable(source):
            place = None if problem.line is None else Place(self.name, problem.line, "")
            raise NoProgramError(f"Python cannot read {self.name}: {problem.reason}", place)  # noqa: EM102, TRY003  # a message for the student
        tree: ast.Module = compile(source, self._filename, "exec", flags=ast.PyCF_ONLY_AST | 0, dont_inherit=True)
        if not tree.body:
            raise NoProgramError(f"{self.name} has no code in it")  # noqa: EM102, TRY003  # a message for the student
        self._last_statement = (tree.body[-1].lineno, tree.body[-1].col_offset)
        lines = [f"{line}\n" for line in source_lines(source)]
        linecache.cache[self._filename] = (len(source), None, lines, self._filename)
        module = ModuleType(name)
        module.__file__ = self._filename
        module.__builtins__ = __builtins__  # type: ignore[attr-defined]  # as `python file.py` has it
        self._module = name
        sys.modules[name] = module
        sys.path.insert(0, str(self.path.parent))
        if self._folder != self.path.parent:
            sys.path.append(str(self._folder))
        if (self.path.parent / "__init__.py").is_file():
            module.__package__ = ".".join(self.path.parent.relative_to(self._folder).parts)
        try:
            exec(compile(tree, self._filename, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  # running it is our purpose
        except SystemExit as error:
            if not self._is_at_the_end(error):
                raise
        return module

    def _ended(self, action: Callable[[], object]) -> End:
        """Run `action`, then what Python runs at the end of a program, and return how it ended."""
        with self._exit_handlers.collecting():
            end = self._guarded(action)
            told = suppress(DeadlockError) if end.outcome is Outcome.DEADLOCKED else nullcontext()
            last = self._guarded(lambda: self._wind_up(told))
        return last if end.outcome is Outcome.FINISHED and last.outcome is not Outcome.FINISHED else end

    def _guarded(self, action: Callable[[], object]) -> End:
        try:
            return End(Outcome.FINISHED, result=action())
        except NoProgramError as error:
            return End(Outcome.NOT_RUNNABLE, error.reason, error.place)
        except SystemExit as error:
            return self._exited(error)
        except BaseException as error:  # noqa: BLE001  # whatever ends the program is its outcome
            early = (leaf.end for leaf in leaves(error) if isinstance(leaf, EndedEarlyError))
            return next(early, None) or self.crashed(error)

    def _is_at_the_end(self, error: SystemExit) -> bool:
        """Tell whether SystemExit with status 0 comes from the script's last statement, as in many good programs.

        From a coroutine it does not count: the rest of the event loop's work was cut off.
        """
        frames = traceback.extract_tb(error.__traceback__)
        module = [frame for frame in frames if frame.filename == self._filename and frame.name == "<module>"]
        if error.code not in (None, 0) or not module or any(frame.name == "run_forever" for frame in frames):
            return False
        return (module[0].lineno or 0, module[0].colno or 0) >= self._last_statement

    def _wind_up(self, told: AbstractContextManager[object]) -> None:
        """Do what the interpreter does at the end, while time is still virtual: join threads, run exit handlers.

        `told` suppresses what has been reported before.
        Then it releases the program: a coroutine that was never awaited warns when it is collected.
        """
        with told:
            for callback in reversed(threading._threading_atexits):  # type: ignore[attr-defined]  # 3.9-3.14: executors
                callback()
            for thread in threading.enumerate():
                if thread is not threading.current_thread() and not thread.daemon:
                    thread.join()
        self._exit_handlers.run()
        sys.modules.pop(self._module, None)
        exec(_COLLECT, {"collect": gc.collect})  # noqa: S102  # our own

    def _exited(self, error: SystemExit) -> End:
        last = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == self._filename]
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        if error.code is not None and not isinstance(error.code, int):
            sys.stderr.write(f"{error.code}\n")
        place = Place(self.name, last[-1].lineno or 0, last[-1].name) if last else None
        where = f" on line {place.lineno}" if place else ""
        reason = f"the program ended itself with exit({error.code or ''}){where}"
        return End(Outcome.EXITED, reason, place, status=status)

    def crashed(self, error: BaseException) -> End:
        """Return the end of a program that raised an exception, and print its traceback, as Python does."""
        comment, said = self._comment(error), ""
        if isinstance(error, SyntaxError) and error.filename:
            error.filename = self._files.name(error.filename) or error.filename
        if not isinstance(error, DeadlockError):  # in a deadlock, a coroutine that was never awaited may be the cause
            self._fell()
        report = self._files.traceback_of(error)
        origin = next(leaves(error), error)  # in a group, the first exception of the student's own
        uncaught = self._uncaught_group(error)
        blamed = (error, origin) if uncaught else (origin, error)  # what raised it in a group is innocent then
        place = self._files.raised(blamed[0].__traceback__) or self._files.raised(blamed[1].__traceback__)
        if isinstance(error, asyncio.CancelledError):
            place = self._files.awaits_cancelled(error) or place
        kind, message = type(origin).__name__, clipped(text_of(origin))
        ended_at = place
        where = f"line {place.lineno}: " if place else ""
        if isinstance(error, DeadlockError):
            outcome, reason, report = Outcome.DEADLOCKED, message, ""  # who reads the trace tells it better
        elif isinstance(error, SyntaxError):
            outcome, reason = Outcome.NOT_RUNNABLE, syntax_error(error, self.path.read_bytes())
            ended_at = Place(error.filename or self.name, error.lineno, "") if error.lineno else place
        elif isinstance(error, AttributeError) and error.name == self._called and place is None:
            there = [name for name, value in vars(error.obj).items() if inspect.isfunction(value)]
            outcome, reason = Outcome.CRASHED, no_function(self._called, there, self.name)
            report = f"{reason}\n"
        else:
            outcome, reason = Outcome.CRASHED, f"{where}{kind}: {message}" if message else f"{where}{kind}"
            said = uncaught or self._said(origin)
            reason += f" ({said})" if said else comment
        _show(error, report)
        told = f"{kind}: {message}" if message else kind
        raised = Raised(type(error).__name__, text_of(error), report, place, told, said)
        return End(outcome, reason, ended_at, raised, status=1)

    def _said(self, error: BaseException) -> str:
        """Return a hint on an error, if there is one."""
        try:
            return advice(error, self._files.name)
        except Exception:  # noqa: BLE001  # it uses objects of the program's, which may do anything
            return ""

    def _uncaught_group(self, error: BaseException) -> str:
        """Return what to write instead of an ``except`` that does not catch a group; empty if there is none."""
        try:
            return of_group(error, linecache.getlines(self.name))
        except Exception:  # noqa: BLE001  # its classes are the program's
            return ""


class EndedEarlyError(BaseException):
    """The program uses a name that it had not defined when it ended; `end` says how it did."""

    def __init__(self, end: End) -> None:
        super().__init__(end.reason)
        self.end = end


class NoProgramError(Exception):
    """The file is empty or not a program; `place` is the line that shows it, if there is one."""

    def __init__(self, reason: str, place: Place | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


def _show(error: BaseException, report: str) -> None:
    """Write a traceback to standard error, or call the program's own ``sys.excepthook``."""
    try:
        if sys.excepthook is sys.__excepthook__:
            sys.stderr.write(report)
        else:
            sys.excepthook(type(error), error, error.__traceback__)
    except BaseException:  # noqa: BLE001  # the streams and the hook are the program's and may be broken
        return


def _call(function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> object:
    result = function(*args, **kwargs)
    if inspect.isawaitable(result):

        async def await_it() -> object:
            return await result

        return asyncio.run(result if inspect.iscoroutine(result) else await_it())
    return result
