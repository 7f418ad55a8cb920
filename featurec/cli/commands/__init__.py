"""The commands, one a file: a function ``command`` whose docstring is the help, ``SECTION`` its place in the list.

A module with ``COMMANDS`` instead is a group of subcommands and is itself the group's help. Importing any
must be cheap: what a command needs is imported inside its function.
"""
