"""Messages: the laws of the transport between the two layers."""

from __future__ import annotations

from properties.gip_0034.system import Gip0034
from properties.messaging_laws import messaging_laws

MESSAGING = messaging_laws(Gip0034, "GIP-0034")
