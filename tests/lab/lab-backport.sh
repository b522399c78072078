#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# Where the source of the newer kernel cannot be had, its tests are skipped by
# name, with the reason.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

# The cache that there is, but without that source
cache=$(realpath -m -- "${EPFLAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/epflab}")
mkdir -p "$work/cache/source" "$work/bin"
ln -s "$cache/kernel" "$cache/tree" "$work/cache"
for source in "$cache"/source/linux-source-6.12-*; do
	ln -s "$source" "$work/cache/source"
done
export EPFLAB_CACHE=$work/cache

# A machine without a network
cat >"$work/bin/apt-get" <<'END'
#!/bin/sh
[ "$1" != indextargets ] || exec /usr/bin/apt-get "$@"
echo "no route to host" >&2
exit 100
END
chmod +x "$work/bin/apt-get"
export PATH=$work/bin:$PATH

# skipped REASON: the tests that are for that kernel only
skipped() {
	local name

	ends 0 check nvme kselftest
	for name in nvme kselftest; do
		grep -q "^skip  lab/$name (7.3) .* $1" "$work/out" ||
			die "$name: not skipped: $1"
	done
	tail -n 1 "$work/out" | grep -qx "0 passed, 0 failed, 2 skipped" ||
		die "not so many"
}

skipped "no route to host"

# and a mirror that has not got it
cat >"$work/bin/apt-get" <<'END'
#!/bin/sh
[ "$1" != indextargets ] || exec /usr/bin/apt-get "$@"
END
cat >"$work/bin/apt-cache" <<'END'
#!/bin/sh
END
chmod +x "$work/bin/apt-cache"
skipped "has no linux-source-7.x"

# Asked for by name it is an error.
ends 124 run --kernel 7.3 --bare -- true
says "has no linux-source-7.x"
