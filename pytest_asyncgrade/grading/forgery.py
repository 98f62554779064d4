"""The words that `integrity` looks for in the source of a submission: what no exercise needs and a forger does."""

import ast
import re

CODES = {
    "reflection": "reads {}, which leads from the program to what runs it",
    "memory": "uses {}, which can look at everything in the process, or change it",
    "replaced": "replaces {}, which belongs to Python and not to the program",
    "dynamic": "hides a name or code in {}, so that nobody can read what it does",
    "files": "names {}, which is not a file of the program",
    "process": "uses {}, which reaches other processes, or the files that this one has open",
    "contradiction": "{}",
}
"""What is looked for, by the names that ``exercise.toml`` allows it by, and how a teacher is told."""

REFLECTION = frozenset(
    {
        "__base__", "__bases__", "__builtins__", "__closure__", "__code__", "__getattribute__", "__globals__",
        "__loader__", "__mro__", "__reduce__", "__reduce_ex__", "__self__", "__spec__", "__subclasses__",
        "__wrapped__", "_callbacks", "_clear_caches", "_coro", "_current_frames", "_fut_waiter", "_getframe",
        "_getframemodulename", "_ready", "_run_once", "_scheduled", "_selector", "_source_traceback",
        "_write_to_self", "addaudithook", "ag_code", "ag_frame", "cell_contents", "co_code", "co_consts",
        "cr_code", "cr_frame", "cr_origin", "currentframe", "displayhook", "excepthook", "f_back", "f_builtins",
        "f_code", "f_globals", "f_locals", "get_objects", "get_referents", "get_referrers", "get_stack",
        "getclosurevars", "getcoroutinelocals", "getgeneratorlocals", "getinnerframes", "getmembers",
        "getouterframes", "gi_code", "gi_frame", "meta_path", "modules", "path_hooks", "path_importer_cache",
        "setprofile", "settrace", "tb_frame", "tb_next", "unraisablehook", "walk_stack"
    }
)  # fmt: skip
"""Attributes."""

MODULES = {
    "memory": frozenset({
        "_asyncio", "_ctypes", "_imp", "_interpchannels", "_interpreters", "_pytest", "_testcapi",
        "_testinternalcapi", "_xxsubinterpreters", "cffi", "code", "codecs", "codeop",
        "concurrent.interpreters", "ctypes", "dis", "faulthandler", "freezegun", "gc", "imp", "inspect",
        "marshal", "mmap", "pkgutil", "pytest", "pytest_asyncgrade", "pytest_asyncio", "runpy", "tracemalloc",
        "zipimport"
    }),
    "process": frozenset({
        "_posixshmem", "_posixsubprocess", "fcntl", "multiprocessing.shared_memory", "ptrace", "pty", "resource"
    }),
}  # fmt: skip
"""Modules, by the code that an import of them has."""

HARMLESS = frozenset(
    {
        "BOM_UTF8", "Parameter", "cleandoc", "getdoc", "isasyncgen", "isasyncgenfunction", "isawaitable",
        "isclass", "iscoroutine", "iscoroutinefunction", "isfunction", "isgenerator", "ismethod", "open",
        "signature"
    }
)  # fmt: skip
"""What even an exercise may use of these modules."""

CALLS = {
    "dynamic": frozenset({
        "builtins.__import__", "builtins.compile", "builtins.eval", "builtins.exec", "importlib.__import__",
        "importlib.import_module", "importlib.machinery.SourceFileLoader", "importlib.util.module_from_spec",
        "importlib.util.spec_from_file_location", "operator.attrgetter", "operator.methodcaller",
        "types.CodeType", "types.FunctionType"
    }),
    "memory": frozenset({
        "codecs.register", "codecs.register_error"
    }),
    "process": frozenset({
        "os._exit", "os.abort", "os.closerange", "os.dup", "os.dup2", "os.execl", "os.execlp", "os.execv",
        "os.execve", "os.execvp", "os.execvpe", "os.fdopen", "os.fork", "os.forkpty", "os.kill", "os.killpg",
        "os.pidfd_open", "os.posix_spawn", "os.pread", "os.pwrite", "os.sendfile", "signal.raise_signal"
    }),
    "replaced": frozenset({
        "unittest.mock.patch", "unittest.mock.patch.dict", "unittest.mock.patch.object"
    }),
}  # fmt: skip
"""Functions, by the code that a call of them has."""

BY_NAME = frozenset({"delattr", "getattr", "hasattr", "setattr", "vars"})
"""Built-in functions that take the name of an attribute, or show all."""

CHANGES = frozenset({"__delitem__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update"})
"""Methods that change a dictionary."""

STREAMS = frozenset({"argv", "path", "stderr", "stdin", "stdout"})
"""What many programs replace in `sys`."""

OUTSIDE = re.compile(
    "(?:^|[\\s'\\\"])(?:/proc|/dev/|/sys/|/etc/|/root|/home)|\\.\\./|scenarios\\.py|solution\\.py|conftest"
)
"""A file that is not the program's."""

WORDS = re.compile(r"\b(?:" + "|".join(sorted(word for word in REFLECTION if word.startswith("_"))) + r")\b")
"""One of these attributes in a text."""

ACTING = (
    ast.Call, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.comprehension, ast.BinOp, ast.Compare, ast.Subscript,
    ast.Attribute, ast.JoinedStr, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.AugAssign, ast.UnaryOp,
    ast.Yield, ast.YieldFrom, ast.Await, ast.Import, ast.ImportFrom, ast.Raise, ast.Delete, ast.If, ast.While,
    ast.Match,
)  # fmt: skip
"""What may call a function: a class may define ``__add__`` and the like."""
