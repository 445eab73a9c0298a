#!/bin/sh
# Tells routevane the state of a link: writes `up` or `down` into a file named after
# the interface, in the folder of `sources.ifplugd.dir`. It needs neither Node nor a
# running daemon, waits for nobody, and is safe to run any number of times.
#
# It may be started by
#   ifplugd             as /etc/ifplugd/ifplugd.action, or from /etc/ifplugd/action.d:
#                       INTERFACE up|down
#   NetworkManager      from /etc/NetworkManager/dispatcher.d: INTERFACE ACTION, and
#                       NM_DISPATCHER_ACTION in the environment
#   networkd-dispatcher from its routable.d, carrier.d, degraded.d, no-carrier.d, off.d:
#                       no arguments, IFACE and OperationalState in the environment
#   anyone              by hand: INTERFACE up|down
#
# Environment: ROUTEVANE_LINK_DIR, the folder; default /run/routevane/link.
# Exits 0; 1 where the file cannot be written; 2 where called in a wrong way.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
# The daemon that reads the files need not run as root.
umask 022

dir=${ROUTEVANE_LINK_DIR:-/run/routevane/link}

fail() {
  echo "routevane link hook: $2" >&2
  exit "$1"
}

# Who calls, and what do they say?
if [ -n "${NM_DISPATCHER_ACTION:-}" ]; then
  interface=${1:-}
  state=${2:-}
  # NetworkManager tells of much else: VPNs, leases, the host's name.
  case $state in up | down) ;; *) exit 0 ;; esac
elif [ $# -eq 0 ] && [ -n "${IFACE:-}" ]; then
  interface=$IFACE
  case ${OperationalState:-${STATE:-}} in
    routable | degraded | degraded-carrier | enslaved | carrier) state=up ;;
    no-carrier | dormant | off | missing) state=down ;;
    *) exit 0 ;;
  esac
elif [ $# -ge 2 ]; then
  # ifplugd's -x adds a third argument.
  interface=$1
  state=$2
else
  fail 2 'usage: ifplugd-action.sh INTERFACE up|down'
fi

# As the kernel takes them, without white space and control characters. A leading dot
# is kept for temporary files.
case $interface in
  '' | .* | */* | *:* | *[![:graph:]]*) fail 2 'not the name of an interface' ;;
esac
[ ${#interface} -le 15 ] || fail 2 'not the name of an interface'
case $state in
  up | down) ;;
  *) fail 2 'the state must be up or down' ;;
esac

# mv would move the file into a folder of that name.
file=$dir/$interface
temporary=$dir/.$interface.$$
mkdir -p -- "$dir" || fail 1 "cannot make $dir"
[ ! -d "$file" ] || fail 1 "$file is a folder"
trap 'rm -f -- "$temporary"' EXIT
rm -f -- "$temporary"
# noclobber: never through a link that someone put there.
set -C
echo "$state" >"$temporary" || fail 1 "cannot write in $dir"
# In one step: a reader sees the old word or the new one.
mv -f -- "$temporary" "$file" || fail 1 "cannot write $file"
trap - EXIT
