"""Whether an archive is a Workflow Run RO-Crate, by roc-validator; needs no network. Run by `make validate`.

The validator has all profiles with it, but not the context of RO-Crate 1.1, by which names become addresses: it asks
for that on the web, or finds it in its cache. The package rocrate brings the same file, which fills the cache.
"""

import io
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from requests import Response
from requests.adapters import BaseAdapter
from rocrate_validator.utils.http import HttpRequester
from urllib3 import HTTPResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
ASKED = {"Accept": "application/ld+json, application/json, */*;q=0.1"}  # as the validator will
OPTIONS = ("--offline", "--verbose", "--no-paging", "--profile-identifier", "workflow-run-crate-0.5")


class Shipped(BaseAdapter):
    """Answers every request with the context that rocrate brings."""

    def send(self, request, **_):
        content = (files("rocrate") / "data/ro-crate.jsonld").read_bytes()
        answer = Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.headers["Content-Type"] = "application/ld+json"
        answer.raw = HTTPResponse(io.BytesIO(content), headers=answer.headers, status=200, preload_content=False)
        return answer

    def close(self):
        pass


def fill(cache: Path) -> None:
    """Put the context where the validator looks before it asks the web."""
    HttpRequester.initialize_cache(cache_path=str(cache), cache_max_age=-1, offline=False)
    requester = HttpRequester()
    requester.session.mount("https://", Shipped())
    context = requester.get(CONTEXT, headers=ASKED, allow_redirects=True).json()
    assert context["@id"] == CONTEXT, f"rocrate brings the context of another version: {context['@id']}"


def main() -> int:
    """The validator's exit status."""
    program = Path(sys.executable).with_name("rocrate-validator")
    with tempfile.TemporaryDirectory() as folder:
        fill(cache := Path(folder, "cache"))
        command = [program, "--no-interactive", "validate", *OPTIONS, "--cache-path", cache, sys.argv[1]]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
