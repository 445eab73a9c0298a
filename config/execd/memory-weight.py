#!/usr/bin/env python3
"""Speaks by itself (trigger: self): every second, how much memory is left, as a weight.

Usage: memory-weight.py DOWN_BELOW_PERCENT
"""
import json
import sys
import time


def available_percent() -> float:
    """MemAvailable as a percentage of MemTotal."""
    with open("/proc/meminfo", encoding="ascii") as meminfo:
        fields = dict(line.split(":", 1) for line in meminfo)
    available, total = (int(fields[key].split()[0]) for key in ("MemAvailable", "MemTotal"))
    return 100 * available / total


down_below = float(sys.argv[1]) if len(sys.argv) > 1 else 5
while True:
    percent = available_percent()
    if percent < down_below:
        result = {"state": "down", "reason": f"{percent:.1f} % of memory left"}
    else:
        result = {"state": "up", "weight": round(percent)}
    # Without flush a pipe holds the lines back.
    print(json.dumps(result), flush=True)
    time.sleep(1)
