# Started in a server's place when a key belongs into one of its arguments.
# Command lines are visible to everybody on a computer, so there the argument
# holds a mark, ${secret:NAME}; the values come in a variable that is deleted
# before any code of the server runs.
import json
import os
import re
import runpy
import sys

values = json.loads(os.environ.pop("TOOLBAY_ARGUMENT_SECRETS"))
argv = [re.sub(r"\$\{secret:([^}]*)\}", lambda m: values.get(m[1], m[0]), a) for a in sys.argv[1:]]
del values
if argv[0] == "-m":
    sys.argv = argv[1:]
    sys.path[0] = os.getcwd()
    runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
else:
    sys.argv = argv
    sys.path[0] = os.path.dirname(os.path.realpath(argv[0]))
    runpy.run_path(argv[0], run_name="__main__")
