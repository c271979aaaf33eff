"""Stands in for torch, which the toolkit imports and does not call for models in ONNX.

Whatever is asked of it by name is a class, so that modules which derive from torch's, annotate with
its types or decorate with `no_grad` can be imported. An instance of any of them cannot be made.
"""

import contextlib
import importlib.abc
import importlib.machinery
import sys
import types

__version__ = "0"
__path__ = []


class _Absent(type):
    def __getattr__(cls, name):
        return _absent(cls.__qualname__, name)


def _absent(owner, name):
    if name.startswith("__"):
        raise AttributeError(name)

    def refuse(self, *_, **__):
        raise RuntimeError(f"{owner}.{name} is part of torch, which is not installed")

    return _Absent(name, (), {"__init__": refuse, "__qualname__": f"{owner}.{name}"})


class _Part(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        return _absent(self.__name__, name)


class _Parts(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.startswith(__name__ + "."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Part(spec.name)

    def exec_module(self, module):
        pass


class no_grad(contextlib.ContextDecorator):
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def __getattr__(name):
    return _absent(__name__, name)


sys.meta_path.append(_Parts())
