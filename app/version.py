"""Which version of the program is this?"""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("claimbook")
except PackageNotFoundError:  # run from a checkout that is not installed
    VERSION = "0+checkout"
