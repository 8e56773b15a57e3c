"""Follows a repository with python-tuf, and says what came of it in one line of JSON.

client.py REPOSITORY CLIENT PATH [ENDLESS]

REPOSITORY is served on a port of this machine; CLIENT is what the client keeps, and is made with the repository's
first root; PATH is what it asks for. The file ENDLESS never ends.
"""

import functools
import http.server
import json
import pathlib
import sys
import threading

from tuf.ngclient import Updater

repository, client, path = map(pathlib.PurePosixPath, sys.argv[1:4])
endless = sys.argv[4] if len(sys.argv) > 4 else None


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sent = 0

    def do_GET(self):
        if self.path.lstrip("/") != endless:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for _ in range(1024):
                self.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                Handler.sent += 0x10000
        except OSError:
            pass
        self.close_connection = True

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(
    ("127.0.0.1", 0), functools.partial(Handler, directory=str(repository))
)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"

kept = pathlib.Path(client)
first = kept / "first.json"
if not first.exists():
    kept.mkdir(exist_ok=True)
    first.write_bytes((pathlib.Path(repository) / "metadata/1.root.json").read_bytes())
(kept / "targets").mkdir(exist_ok=True)

try:
    updater = Updater(
        metadata_dir=str(kept / "metadata"),
        metadata_base_url=f"{address}/metadata/",
        target_dir=str(kept / "targets"),
        target_base_url=f"{address}/targets/",
        bootstrap=first.read_bytes(),
    )
    updater.refresh()
    found = updater.get_targetinfo(str(path))
    if found is None:
        answer = {"missing": str(path)}
    else:
        content = pathlib.Path(updater.download_target(found)).read_text()
        answer = {"content": content, "custom": found.custom}
except Exception as error:
    answer = {"refused": type(error).__name__}
    if Handler.sent:
        answer["read"] = Handler.sent
print(json.dumps(answer))
