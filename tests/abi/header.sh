#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# header.sh DIRECTORY COMPILER [ARGUMENT...]: <epf.h> compiles alone. 77 where
# there is no such compiler.

directory=$1
shift
command -v "$1" >/dev/null || exit 77
echo '#include <epf.h>' | "$@" -I"$directory" -fsyntax-only -
