"""The application as granian's processes load it in a run."""

from importlib import import_module

from bench.chaos.launch import prepare

prepare()
app = import_module("app").app
