#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# symbols.sh TOP LIBRARY: the functions that are declared in the header, marked
# EPF_EXPORT in the sources, listed in the symbol map and exported by the
# library are the same ones. The linker drops what the map does not list without
# a word.

set -eu
top=$1/libepf
library=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Functions in C text, comments and line breaks removed: NAME before "(".
functions() {
	tr '\n\t' '  ' | sed 's|/\*[^*]*\**\([^/*][^*]*\**\)*\*/||g' |
		grep -oE "$1[^;{(]*\(" | grep -oE 'epf_[a-z0-9_]+ *\($' |
		tr -d ' (' | sort
}

functions '' <"$top/epf.h" >"$dir/header"
cat "$top"/src/*.c | functions 'EPF_EXPORT ' >"$dir/sources"
sed -n 's/^\t\(epf_[a-z0-9_]*\);$/\1/p' "$top/libepf.sym" >"$dir/map"
nm -D --defined-only "$library" | sed -n 's/^[0-9a-f]* T \(epf_[^@]*\).*/\1/p' |
	sort >"$dir/library"

[ -s "$dir/header" ]
for list in sources map library; do
	diff -u "$dir/header" "$dir/$list"
done
others=$(nm -D --defined-only "$library" | grep -v ' A LIBEPF_' |
	grep -v ' T epf_' || true)
if [ -n "$others" ]; then
	echo "exported, but not of the API:"
	echo "$others"
	exit 1
fi
