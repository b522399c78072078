# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# The lab kernel: unpack, configure, build. Everything is kept in the cache
# under a name that says what it was made from; a folder without its
# `complete` file was interrupted and is made again.

# kernel_prepare FLAVOUR: build if needed. Sets kernel_dir, kernel_release.
kernel_prepare() {
	local flavour=$1 fragments source key

	fragments=("$LAB/config/base.config")
	case $flavour in
	release) fragments+=("$LAB/config/time-travel.config") ;;
	debug) fragments+=("$LAB/config/time-travel.config"
		"$LAB/config/debug.config") ;;
	esac

	source=$(kernel_source)
	key=$({ cat "${fragments[@]}" "$LAB/config/Kconfig"; gcc -dumpfullversion; } | sha256sum)
	kernel_dir=$CACHE/kernel/${source##*/}-$flavour-${key:0:12}
	once "$kernel_dir" kernel_build "$source" "${fragments[@]}"
	kernel_release=$(<"$kernel_dir/include/config/kernel.release")
}

# once DIR COMMAND...: make DIR with COMMAND, unless that was done; one maker
# at a time.
once() {
	local dir=$1 lock
	shift
	[[ -e $dir/complete ]] && return

	mkdir -p "${dir%/*}"
	exec {lock}>"$dir.lock"
	if ! flock -n "$lock"; then
		say "waiting for another epflab, which is making ${dir##*/}"
		flock "$lock"
	fi
	if [[ ! -e $dir/complete ]]; then
		rm -rf "$dir"
		mkdir "$dir"
		"$@" "$dir"
		touch "$dir/complete"
	fi
	exec {lock}>&-
}

# Print the folder of the kernel source, unpacking it if needed.
kernel_source() {
	local package=linux-source-6.12 version dir

	version=$(dpkg-query -W -f '${Version}' $package)
	dir=$CACHE/source/$package-$version
	once "$dir" kernel_unpack "/usr/src/$package.tar.xz"
	echo "$dir"
}

kernel_unpack() {
	local tarball=$1 dir=$2
	say "unpacking ${tarball##*/}"
	tar -xf "$tarball" -C "$dir" --strip-components=1
}

kernel_build() {
	local source=$1 dir=${!#}
	local fragments=("${@:2:$#-2}")

	say "building ${dir##*/}"
	{
		# See lab/config/Kconfig.
		cat "$source/Kconfig" "$LAB/config/Kconfig" >"$dir/Kconfig" &&
		kernel_make -C "$source" O="$dir" tinyconfig &&
		(cd "$dir" && ARCH=um "$source/scripts/kconfig/merge_config.sh" \
			-m .config "${fragments[@]}") &&
		kernel_make -C "$source" O="$dir" olddefconfig &&
		kernel_make -C "$source" O="$dir" -j"$(nproc)" &&
		kernel_make -C "$source" O="$dir" \
			INSTALL_MOD_PATH="$dir/modules" modules_install
	} >"$dir.log" 2>&1 </dev/null || {
		tail -n 20 "$dir.log" >&2
		rm -rf "$dir"
		fail $EXIT_SETUP "building the kernel failed: $dir.log"
	}
}

kernel_make() {
	make ARCH=um KBUILD_KCONFIG="$kernel_dir/Kconfig" \
		KCFLAGS=-DNR_IRQS_LEGACY=64 "$@"
}
