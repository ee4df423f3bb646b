"""Open the page of the running stack in a browser, and print its address: `make open`."""

import os
import sys
import webbrowser


def main() -> int:
    url = os.environ.get("SUPABASE_URL", "")
    if not url:
        sys.stderr.write("error: the stack does not run: `make up` starts it\n")
        return 1
    sys.stdout.write(f"{url}\n")
    webbrowser.open(url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
