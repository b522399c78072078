# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# The project's own programs and modules, built outside its tree, in a folder
# of the cache that belongs to the tree.

# What a kernel module's build leaves behind, never taken from a source folder
readonly MODULE_PRODUCTS=('*.o' '*.ko' '*.mod' '*.mod.c' '*.cmd' '*.order'
	'*.symvers' '*.a')

tree_name() {
	TREE=$(entry "$CACHE/tree" "${TOP##*/}" "$TOP")
}

tree_prepare() {
	tree_name
	lock "$TREE"
	mkdir -p "$TREE"
	tree_programs
	tree_init
	tree_modules
	unlock
}

# The programs; ninja is quick when there is nothing to do.
tree_programs() {
	local dir=$TREE/programs log=$TREE/programs.log

	if [[ ! -e $dir/build.ninja ]]; then
		rm -rf "$dir"
		long_step "configuring the programs" "$log" meson setup \
			-Dman=disabled "$TOP" "$dir" || exit "$EXIT_SETUP"
	fi
	if [[ $(ninja -C "$dir" -n) != *"no work to do"* ]]; then
		long_step "building the programs" "$log" ninja -C "$dir" ||
			exit "$EXIT_SETUP"
	fi
	PROGRAMS=$dir/tools/epfctl:$dir/tools/pcitest
}

# What runs first inside
tree_init() {
	INIT=$TREE/init
	newer "$LAB/init" "$INIT" || return 0
	long_step "building init" "$INIT.log" \
		gcc -D_GNU_SOURCE -std=gnu11 -O2 -Wall -Wextra -Werror -static \
		-o "$INIT.part" "$LAB"/init/*.c || exit "$EXIT_SETUP"
	mv "$INIT.part" "$INIT"
}

# Is any file under DIR newer than STAMP?
newer() {
	[[ ! -e $2 || $(find "$1/" -newer "$2" -print -quit) ]]
}

# The project's modules, the lab's, and those of --module. Sets MODULE_BUILDS.
tree_modules() {
	local dir=$TREE/${KERNEL##*/} module build

	mkdir -p "$dir"
	module_build "$TOP/kernel" "$dir/project"
	MODULE_BUILDS=("$dir/project")
	for module in "$LAB/modules" "${OPT_MODULES[@]}"; do
		build=$(entry "$dir" "${module##*/}" "$module")
		module_build "$module" "$build" "$dir/project/Module.symvers"
		MODULE_BUILDS+=("$build")
	done
	RELEASE=$(<"$KERNEL/include/config/kernel.release")
}

# module_build SOURCE DIR [SYMVERS]: build a Kbuild folder in a copy. It may use
# the project's headers.
module_build() {
	local source=$1 dir=$2

	newer "$source" "$dir.built" || return 0
	mkdir -p "$dir"
	touch "$dir.start"
	module_copy "$source" "$dir"
	long_step "building the modules in $source" "$dir.log" \
		make -C "$KERNEL" ARCH=um M="$dir" -j"$(nproc)" \
		KBUILD_EXTRA_SYMBOLS="${3-}" \
		KCPPFLAGS="-I$TOP/kernel/include" modules || exit "$EXIT_SETUP"
	mv "$dir.start" "$dir.built"
}

# module_copy SOURCE DIR: bring a copy up to date, without what make made.
module_copy() {
	local source=$1 dir=$2 pattern
	local -a keep=() exclude=()

	for pattern in "${MODULE_PRODUCTS[@]}"; do
		keep+=(! -name "$pattern")
		exclude+=("--exclude=$pattern")
	done
	mkdir -p "$dir"
	find "$dir" -type f "${keep[@]}" -delete
	tar -C "$source" "${exclude[@]}" -cf - . | tar -C "$dir" -xf -
}

# modules_install DIR: all modules, the kernel's own first, as depmod and
# modprobe want them.
modules_install() {
	local root=$1/lib/modules/$RELEASE build

	mkdir -p "$root/updates"
	cp -r "$KERNEL/installed/lib/modules/$RELEASE/." "$root/"
	for build in "${MODULE_BUILDS[@]}"; do
		find "$build" -name '*.ko' -exec cp -t "$root/updates" {} +
	done
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$1" "$RELEASE"
}
