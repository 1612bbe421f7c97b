"""Comparing what two programs say about the same databases, and the environment both run in."""

import json
import os


def aws_environment(home, **extra):
    """An environment in which nothing of the developer's own AWS set-up, proxies or caches can be seen."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "XDG_CACHE_HOME": f"{home}/.cache",
        "XDG_CONFIG_HOME": f"{home}/.config",
        "XDG_DATA_HOME": f"{home}/.local/share",
        "LANG": "C.UTF-8",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
        **extra,
    }


def canonical(value):
    """A text that is equal for equal JSON, whatever the order of members."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def differences(expected, actual, path="$"):
    """Yields a sentence for every place where two JSON values differ. An integer is not a double, nor a boolean."""
    if type(expected) is not type(actual):
        yield f"{path}: expected {_short(expected)}, got {_short(actual)}"
    elif isinstance(expected, dict):
        for name in sorted(expected.keys() - actual.keys()):
            yield f"{path}.{name}: missing, expected {_short(expected[name])}"
        for name in sorted(actual.keys() - expected.keys()):
            yield f"{path}.{name}: surplus, got {_short(actual[name])}"
        for name in sorted(expected.keys() & actual.keys()):
            yield from differences(expected[name], actual[name], f"{path}.{name}")
    elif isinstance(expected, list):
        if len(expected) != len(actual):
            yield f"{path}: expected {len(expected)} elements, got {len(actual)}"
        for index, (one, other) in enumerate(zip(expected, actual)):
            yield from differences(one, other, f"{path}[{index}]")
    elif isinstance(expected, str) and expected != actual:
        # Long texts differ in one character as a rule, so only what is around it is shown.
        start = max(0, len(os.path.commonprefix([expected, actual])) - 10)
        yield f"{path}: from character {start}: expected {_short(expected[start:])}, got {_short(actual[start:])}"
    elif expected != actual:
        yield f"{path}: expected {_short(expected)}, got {_short(actual)}"


def row_differences(expected, actual):
    """The differences of two lists of rows whose order means nothing."""
    ours, theirs = sorted(expected, key=canonical), sorted(actual, key=canonical)
    return list(differences(ours, theirs))


def _short(value):
    text = f"{type(value).__name__} {value!r}"
    return text if len(text) <= 100 else f"{text[:100]}… ({len(text)} characters)"
