# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# The Debian packages the lab needs.

# Print the names in a package list.
packages_listed() {
	sed 's/#.*//' "$@" | awk 'NF { print $1 }'
}

# setup_packages LIST...: install what is missing, or tell how to.
setup_packages() {
	local -a missing
	local list

	list=$(packages_listed "$@")
	# shellcheck disable=SC2086 # a list of names
	mapfile -t missing < <(
		dpkg-query -W -f '${db:Status-Status} ${Package}\n' $list \
			2>/dev/null | awk '$1 == "installed" { print $2 }' |
			sort | comm -13 - <(sort <<<"$list"))
	((${#missing[@]})) || return 0

	if ((EUID)); then
		fail "$EXIT_SETUP" "packages are missing; as root run:" \
			"apt-get install -y --no-install-recommends ${missing[*]}"
	fi
	say "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	{
		apt-get update -qq &&
		apt-get install -y -qq --no-install-recommends "${missing[@]}"
	} >&2 </dev/null || fail "$EXIT_SETUP" "installing packages: apt-get failed"
}
