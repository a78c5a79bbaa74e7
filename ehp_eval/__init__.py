"""Evaluation of a council's early-help services: do they keep children safely out of care?

The public names are listed in `__init__.pyi` and loaded when they are first used (lazy_loader, of the
Scientific Python project), so that the command line answers at once.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
