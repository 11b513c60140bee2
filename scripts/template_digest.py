"""Which overrides of the installed plugins were written against a core template that has changed since.

    python scripts/template_digest.py                          lists them, with the digest to write
    python scripts/template_digest.py certificate/paper.html   prints the line for a new override's head
    python scripts/template_digest.py --accept desk            writes today's digests into that plugin's overrides

Compare before you accept: what the core's template gained, the override lacks.
"""
import argparse

from core.extension.loading import installed_plugins
from core.extension.overlay import HEAD, Override, digest_of, overrides_of


def line(digest: str) -> str:
    return f"{{# core-digest: {digest} #}}"


def accept(override: Override) -> None:
    text = override.path.read_text(encoding="utf-8")
    head = line(override.wanted)
    changed = HEAD.sub(head, text, count=1) if override.written else f"{head}\n{text}"
    override.path.write_text(changed, encoding="utf-8")
    print(f"{override.path}: {override.wanted}")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("template", nargs="?")
    asked.add_argument("--accept", metavar="PLUGIN")
    given = asked.parse_args()
    if given.template:
        print(line(digest_of(given.template)))
        return
    for name, point in installed_plugins().items():
        for override in overrides_of(name, point.load()):
            if override.problem and given.accept == name:
                accept(override)
            elif override.problem:
                print(override.problem)


if __name__ == "__main__":
    main()
