"""A process that asks for all the memory there is, within the limit that it was given."""

import resource
import sys

limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
held = []
while True:
    held.append(bytearray(1 << 24))
