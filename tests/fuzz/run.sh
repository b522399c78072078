#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# run.sh TARGET SEEDS...: run a libFuzzer target for a number of inputs,
# EPF_FUZZ_RUNS or 20000, from these folders on. The same seed each time: it is a
# test; for a search set EPF_FUZZ_SEED=0. What makes it fail is printed.

set -eu

target=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/new"
ASAN_OPTIONS=${ASAN_OPTIONS-detect_leaks=1} "$target" \
	-runs="${EPF_FUZZ_RUNS:-20000}" -seed="${EPF_FUZZ_SEED:-1}" \
	-max_len=16384 -timeout=10 -artifact_prefix="$work/" -print_final_stats=1 \
	"$work/new" "$@" || {
	for file in "$work"/*-*; do
		[[ ! -e $file ]] || base64 "$file"
	done
	exit 1
}
