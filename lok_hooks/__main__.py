"""`python -m lok_hooks` is `lok`."""

from __future__ import annotations

from lok_hooks.cli.main import main

raise SystemExit(main())
