"""Hash functions without OpenSSL, whose library takes longer to load than a short command works (decision 0020).

For short texts. To hash files, `hashlib` is faster.
"""

# pyright: reportMissingModuleSource=false, reportMissingImports=false, reportAttributeAccessIssue=false
# pyright: reportUnknownVariableType=false
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import blake2b, sha256
else:
    try:
        from _blake2 import blake2b

        try:
            from _sha2 import sha256
        except ImportError:
            # Python 3.11.
            from _sha256 import sha256
    except ImportError:
        # Not CPython, or one that was built without them.
        from hashlib import blake2b, sha256

__all__ = ["blake2b", "sha256"]
