#!/bin/sh
# The first process of the User-Mode-Linux kernel: makes the world that agent-child.mjs serves
# commands in, and halts when the agent ends (a test that dies closes the agent's stdin).
# The host's files are read-only here, but for the shared folder.
# From the kernel's command line: LAB_ROOT (where commands run), LAB_DIR (the shared folder), LAB_NODE, LAB_AGENT.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/home TMPDIR=/run/tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/home /run/tmp /run/lock /run/kmod/lib/modules /dev/shm /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /var/log
mount -t hostfs -o "$LAB_DIR" none "$LAB_DIR"

# The kernel's modules lie elsewhere than those of the host's own kernel; modules are
# also loaded on demand, by the program that the kernel is told here.
ln -s "/usr/lib/uml/modules/$(uname -r)" /run/kmod/lib/modules/
export MODPROBE_OPTIONS='-d /run/kmod'
printf '#!/bin/sh\nMODPROBE_OPTIONS="%s" exec /sbin/modprobe "$@"\n' "$MODPROBE_OPTIONS" >/run/kmod/modprobe
chmod 755 /run/kmod/modprobe
echo /run/kmod/modprobe >/proc/sys/kernel/modprobe
modprobe -a ip_vs ip_vs_rr ip_vs_wrr ip_vs_wlc dummy veth bridge
ip link set lo up

cd "$LAB_ROOT" || halt -f
stty -F /dev/ttyS0 raw -echo
"$LAB_NODE" "$LAB_AGENT" </dev/ttyS0 >/dev/ttyS0
sync
halt -f
