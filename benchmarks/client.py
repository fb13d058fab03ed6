"""A learner's browser without a window: speaks Streamlit's own protocol to a real server."""

import socket
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


class Visitor:
    """One open page; begins on Home."""

    def __init__(self, address: str) -> None:
        """
        Args:
            address: of the server, e.g. http://127.0.0.1:8501.
        """
        stream = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = connect(stream, subprotocols=["streamlit"], max_size=None, open_timeout=30)
        self._pages: dict[str, str] = {}
        self._page_hash = ""
        self.first = self.rerun()

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def open(self, page: str) -> float:
        """Go to a page by its address, "" for Home; seconds until its script has finished."""
        self._page_hash = self._pages[page]
        return self.rerun()

    def rerun(self) -> float:
        """Run the page again, as any click does; seconds until its script has finished."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page_hash
        begun = time.perf_counter()
        self._socket.send(message.SerializeToString())
        while True:
            # Without this the kernel acknowledges 40 ms late, and the server waits for it.
            self._socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            answer = ForwardMsg()
            data = self._socket.recv(timeout=120)
            answer.ParseFromString(data if isinstance(data, bytes) else data.encode())
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                for page in answer.navigation.app_pages:
                    self._pages["" if page.is_default else page.url_pathname] = (
                        page.page_script_hash
                    )
            elif kind == "new_session":
                self._page_hash = answer.new_session.page_script_hash
            elif kind == "script_finished":
                return time.perf_counter() - begun
