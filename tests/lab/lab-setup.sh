#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# lab: --outside
#
# Missing packages are installed, or it is said how.

# shellcheck source=tests/lab/outside.sh
. "$(dirname -- "$0")/outside.sh"

# A machine without flex and bison
mkdir "$work/bin"
cat >"$work/bin/dpkg-query" <<'END'
#!/bin/sh
/usr/bin/dpkg-query "$@" | grep -Ev ' (flex|bison)$'
END
# and an apt-get that only tells what it is asked for
cat >"$work/bin/apt-get" <<'END'
#!/bin/sh
echo "apt-get $*"
exit "$APT_STATUS"
END
chmod +x "$work"/bin/*
chmod 755 "$work"
export PATH=$work/bin:$PATH

if ((EUID == 0)); then
	APT_STATUS=100 ends 124 run --bare -- true
	says "apt-get update"
	says "epflab: installing packages: apt-get failed"
	APT_STATUS=0 ends 0 run --bare -- true
	says "apt-get install"
	says "bison flex"

	# the same as somebody else, from a tree that everybody can read
	mkdir "$work/tree"
	cp -r "$top/lab" "$top/meson.build" "$work/tree"
	cp "$work/bin/"* "$work/tree"
	status=0
	setpriv --reuid 65534 --clear-groups env HOME="$work" \
		"$work/tree/lab/epflab" run -- true \
		>"$work/out" 2>"$work/err" || status=$?
else
	status=0
	epflab run -- true >"$work/out" 2>"$work/err" || status=$?
fi
((status == 124)) || die "packages missing: status $status"
says "as root run: apt-get install -y --no-install-recommends bison flex"
