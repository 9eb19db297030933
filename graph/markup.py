"""What XML can hold: texts of strangers hold characters that XML 1.0 has no way to write.

https://www.w3.org/TR/xml/#charsets: of the control characters only tab, line feed and carriage return are
allowed, and a bare carriage return does not survive being read.
"""

import re

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """`text` with what XML cannot hold replaced by U+FFFD, and line breaks as XML reads them back."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
