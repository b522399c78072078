# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# The lab kernel: unpack, configure, build.

# kernel_prepare: set KERNEL to the build folder of the kernel and flavour
# that the options name, SOURCE to its source; make what is missing.
kernel_prepare() {
	local -a fragments=("$LAB/config/base.config")
	local key name

	kernel_source
	if kernel_can_smp && [[ ! $OPT_TIME_TRAVEL ]]; then
		fragments+=("$LAB/config/smp.config")
	else
		fragments+=("$LAB/config/time-travel.config")
	fi
	if [[ $OPT_DEBUG ]]; then
		fragments+=("$LAB/config/debug.config")
	fi

	key=$(echo "$SOURCE_ID"
		cat "${fragments[@]}" "$LAB/config/Kconfig"
		declare -f kernel_build
		gcc -dumpfullversion)
	name=${OPT_KERNEL%/}-${OPT_DEBUG:-release}
	KERNEL=$(entry "$CACHE/kernel" "${name##*/}" "$key")
	once "$KERNEL" kernel_build "${fragments[@]}"
}

# Set SOURCE, and SOURCE_ID, which changes with its content.
kernel_source() {
	local package

	case $OPT_KERNEL in
	6.12)
		package=linux-source-6.12
		SOURCE_ID=$package-$(dpkg-query -W -f '${Version}' $package)
		SOURCE=$CACHE/source/$SOURCE_ID
		once "$SOURCE" kernel_unpack "/usr/src/$package.tar.xz"
		;;
	7.3)
		SOURCE=$CACHE/source/backport-7
		once "$SOURCE" kernel_fetch 7
		SOURCE_ID=$(<"$SOURCE/.version-of-package")
		;;
	*/*)
		SOURCE=$(realpath -e -- "$OPT_KERNEL") ||
			fail "$EXIT_SETUP" "--kernel $OPT_KERNEL: no such folder"
		[[ -d $SOURCE/arch/um ]] ||
			fail "$EXIT_SETUP" "--kernel $SOURCE: not a kernel source"
		SOURCE_ID="$SOURCE $(kernel_newest_file)"
		;;
	*)
		fail "$EXIT_SETUP" "--kernel $OPT_KERNEL: not known;" \
			"use 6.12, 7.3 or the folder of a kernel source"
		;;
	esac
}

kernel_newest_file() {
	find "$SOURCE" -name .git -prune -o -type f -printf '%T@ %P\n' |
		sort -n | tail -n 1
}

kernel_unpack() {
	local tarball=$1 dir=$2
	long_step "unpacking the kernel source" "$dir.log" \
		tar -xf "$tarball" -C "$dir" --strip-components=1
}

# kernel_fetch MAJOR DIR
kernel_fetch() {
	long_step "fetching the newest kernel $1.x" "$2.log" \
		"$LAB/fetch-backport" "$1" "$2"
}

kernel_can_smp() {
	grep -q '^config SMP' "$SOURCE/arch/um/Kconfig"
}

kernel_build() {
	local dir=${!#}
	local fragments=("${@:1:$#-1}")

	long_step "building the kernel ${dir##*/}" "$dir.log" \
		bash -euc '
			dir=$1 source=$2 kconfig=$3
			shift 3
			# What the additions are for is in lab/config/Kconfig.
			cat "$source/Kconfig" "$kconfig" >"$dir/Kconfig"
			um() {
				make -C "$source" ARCH=um O="$dir" \
					KBUILD_KCONFIG="$dir/Kconfig" \
					KCFLAGS=-DNR_IRQS_LEGACY=64 "$@"
			}
			um tinyconfig
			cd "$dir"
			cat "$@" >fragments
			"$source/scripts/kconfig/merge_config.sh" -m .config fragments
			um olddefconfig
			um -j"$(nproc)"
			um INSTALL_MOD_PATH=installed modules_install
			' kernel_build "$dir" "$SOURCE" "$LAB/config/Kconfig" \
			"${fragments[@]}"
}
