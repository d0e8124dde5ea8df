"""The way to a person that stands on every page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """What `ui.contact` shows. `callback` is an e-mail or web address, `hours` a line: "Mo bis Fr 8 bis 18 Uhr"."""

    name: str
    phone: str
    callback: str = ""
    hours: str = ""
    email: str = ""
    address: str = ""

    @property
    def callback_link(self) -> str:
        return self.callback if self.callback.startswith(("https://", "http://", "/")) else f"mailto:{self.callback}"
