"""A learner's browser without a window: speaks Streamlit's own protocol to a real server."""

import json
import socket
import time
from dataclasses import dataclass
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.sync.client import connect


@dataclass
class Seen:
    """One element of the page as it last arrived."""

    id: str
    """How the server knows a widget; "" for an element that is none."""
    fragment: str
    """The part of the page that a click on it reruns; "" for the whole page."""
    kind: str
    """Streamlit's name for it, such as "button"."""
    element: Any


class Visitor:
    """One open page; begins on Home."""

    def __init__(self, address: str) -> None:
        """
        Args:
            address: of the server, e.g. http://127.0.0.1:8501.
        """
        stream = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = connect(
            stream, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=30
        )
        self._pages: dict[str, str] = {}
        self._page_hash = ""
        self._query = ""
        self.seen: dict[str, Seen] = {}
        """What is on the page, by the key that it has in the code, else by its place."""
        self.ticks: dict[str, float] = {}
        """Parts of the page that rerun by themselves, with the seconds between."""
        self.bytes = 0
        """Length of everything the last answer consisted of."""
        self.figures: dict[str, dict[str, Any]] = {}
        """Charts by key, as the browser would draw them."""
        self.first = self.rerun()

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def open(self, page: str, query: str = "") -> float:
        """Go to a page by its address, "" for Home; seconds until its script has finished."""
        self._page_hash, self._query = self._pages[page], query
        self.seen, self.ticks = {}, {}
        return self.rerun()

    def rerun(self) -> float:
        """Run the page again, as any click does; seconds until its script has finished."""
        return self._ask(BackMsg())

    def press(self, key: str) -> float:
        """Press the button with this key; seconds until the page has answered."""
        button = self.seen[key]
        message = BackMsg()
        message.rerun_script.fragment_id = button.fragment
        message.rerun_script.widget_states.widgets.add(id=button.id, trigger_value=True)
        return self._ask(message)

    def slide(self, key: str, *values: float) -> float:
        """Move the slider with this key; seconds until the page has answered."""
        slider = self.seen[key]
        message = BackMsg()
        message.rerun_script.fragment_id = slider.fragment
        state = message.rerun_script.widget_states.widgets.add(id=slider.id)
        state.double_array_value.data.extend(values)
        return self._ask(message)

    def tick(self, *parts: str) -> float:
        """Let parts whose timers run rerun once, all if none is named; seconds until the last."""
        took, length = 0.0, 0
        for fragment in parts or tuple(self.ticks):
            if fragment not in self.ticks:  # the one before has drawn the page anew, without it
                continue
            message = BackMsg()
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
            took += self._ask(message)
            length += self.bytes
        self.bytes = length
        return took

    def text(self) -> str:
        """All the words on the page in Markdown, one element a line."""
        return "\n".join(
            str(seen.element.body) for seen in self.seen.values() if seen.kind == "markdown"
        )

    def _ask(self, message: BackMsg) -> float:
        message.rerun_script.page_script_hash = self._page_hash
        message.rerun_script.query_string = self._query
        begun = time.perf_counter()
        self.bytes = 0
        self._socket.send(message.SerializeToString())
        while True:
            # Without this the kernel acknowledges 40 ms late, and the server waits for it.
            self._socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            data = self._socket.recv(timeout=120)
            answer = ForwardMsg()
            answer.ParseFromString(data if isinstance(data, bytes) else data.encode())
            self.bytes += len(data)
            if self._read(answer):
                return time.perf_counter() - begun

    def _read(self, answer: ForwardMsg) -> bool:
        """Take in one message; True if the page has finished with it."""
        kind = answer.WhichOneof("type")
        if kind == "navigation":
            for page in answer.navigation.app_pages:
                name = "" if page.is_default else page.url_pathname
                self._pages[name] = page.page_script_hash
        elif kind == "new_session":
            self._page_hash = answer.new_session.page_script_hash
            if not answer.metadata.run.fragment_ids:  # the timers of the page before are over
                self.ticks = {}
        elif kind == "page_info_changed":
            self._query = answer.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.ticks[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            for fragment in answer.stop_auto_rerun.fragment_ids:
                self.ticks.pop(fragment, None)
        elif kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
            self._keep(answer)
        elif kind == "script_finished":
            return answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _keep(self, answer: ForwardMsg) -> None:
        kind = answer.delta.new_element.WhichOneof("type") or ""
        element = getattr(answer.delta.new_element, kind, None)
        name = str(getattr(element, "id", ""))
        key = name.split("-", 2)[-1] if name else str(list(answer.metadata.delta_path))
        self.seen[key] = Seen(name, answer.delta.fragment_id, kind, element)
        if kind == "bidi_component" and element is not None and element.component_name == "plot":
            self._draw(key, json.loads(element.bytes))

    def _draw(self, key: str, message: dict[str, Any]) -> None:
        """What plot.js does with a message: draw the figure, or add what lies right of it."""
        if "figure" in message:
            self.figures[key] = message["figure"]
        for trace, new in zip(
            self.figures.get(key, {}).get("data", []), message.get("extend", []), strict=False
        ):
            last = trace["x"][-1] if trace["x"] else float("-inf")
            fresh = [pair for pair in zip(new["x"], new["y"], strict=True) if pair[0] > last]
            trace["x"] = [*trace["x"], *(x for x, _ in fresh)]
            trace["y"] = [*trace["y"], *(y for _, y in fresh)]
