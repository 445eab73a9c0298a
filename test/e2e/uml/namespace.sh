#!/bin/sh
# What init.sh is to User-Mode Linux, for a host whose own kernel has IPVS: the same
# world in namespaces. Started by unshare as the first process of a PID
# namespace, so that all ends with it; it stays, to collect what was orphaned.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
export HOME=/run/home TMPDIR=/run/tmp
mkdir -p /run/home /run/tmp /run/lock
ip link set lo up
cd "$LAB_ROOT" && "$LAB_NODE" "$LAB_AGENT"
