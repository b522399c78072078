#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# abi.sh TOP LIBRARY [renew]: what programs built against libepf rely on is what
# libepf.abi has, or more. 77 where abidw and abidiff are missing, or nothing can be
# compared: without debugging information, or on another machine than x86-64, for
# which the file is.

set -eu
top=$1 library=$2
known=$top/tests/abi/libepf.abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v abidw >/dev/null || ! command -v abidiff >/dev/null; then
	echo "no abidw and abidiff (Debian: abigail-tools)"
	exit 77
fi
if ! readelf -S "$library" | grep -q '\.debug_info' ||
	! readelf -h "$library" | grep -q 'Machine:.*X86-64'; then
	echo "needs x86-64, and debugging information"
	exit 77
fi
# What the header does not show, and the folder that it was built in, are nobody's
# interface. abidw loses the header's enums when it is given one header.
mkdir "$work/include"
cp "$top/libepf/epf.h" "$work/include"
described=$work/libepf.abi
abidw --headers-dir "$work/include" --drop-private-types --exported-interfaces-only \
	--no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
	--no-parameter-names "$library" |
	sed -E "s|(<abi-instr .*)path='[^']*/([^/']*)'|\1path='\2'|" >"$described"

if [[ ${3-} == renew ]]; then
	cp "$described" "$known"
	exit
fi
# Additions first out of sight: they do no harm, and hide none.
if ! abidiff --no-added-syms "$known" "$described"; then
	echo "The ABI is another one. If it has to be, programs need a new"
	echo "libepf_soversion in meson.build, and a new version in libepf.sym, and then:"
elif ! abidiff "$known" "$described"; then
	echo "There is more in the ABI than was. If that is what it is to be:"
else
	exit 0
fi
echo "	tests/abi/abi.sh . $library renew"
exit 1
