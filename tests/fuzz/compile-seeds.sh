#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# compile-seeds.sh DTC FOLDER SOURCE...: make FOLDER with a blob of each devicetree
# source, errors in it or not.

set -eu

dtc=$1 folder=$2
shift 2
rm -rf "$folder"
mkdir "$folder"
for source; do
	name=${source//\//-}
	"$dtc" -q -f -I dts -O dtb -o "$folder/${name%.dts}.dtb" "$source"
done
