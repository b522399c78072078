# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# Virtio functions of an endpoint that go while the host uses them, in each way there
# is (or those in WAYS), ROUNDS times: the host's drivers see that, let go, and work
# again when the endpoint is back.
#
# The test that sources this sets functions, the kinds of them, by number, and has
#
#	make		all functions, by create_functions and link_functions
#	unmake		undoes that, by unlink_functions and remove_unlinked
#	back		waits for the host's drivers to have them
#	works		whether they do what they should
#	traffic		begins, in both directions, and is there
#	end		ends it: the host's side has to have noticed

# shellcheck source=tests/lab/common.sh
. "$EPFLAB_TOP/tests/lab/common.sh"

rounds=${ROUNDS:-1}
ways=${WAYS:-removal link driver backend reset hot_reset crash}
debug=/sys/kernel/debug/pci_epc_sim/epc-sim.0
pci=/sys/bus/pci/devices
functions=()
# Whether the host's drivers find out by themselves about an endpoint that does
# nothing any more, or only when the link goes
finds_crash=yes
declare -A stats=() before=()

# attributes KIND: its directory.
attributes() {
	echo "$ep"/functions/epf_virtio_"$1"/v0/epf_virtio_"$1".*
}

create_functions() {
	local kind

	modprobe -a "${functions[@]/#/epf-virtio-}"
	for kind in "${functions[@]}"; do
		mkdir "$ep/functions/epf_virtio_$kind/v0"
		stats[$kind]=$(attributes "$kind")/stats
		# What rests leaves the processor to the rest.
		echo 2000 >"$(attributes "$kind")/poll_us"
	done
}

link_functions() {
	local kind

	for kind in "${functions[@]}"; do
		ln -s "$ep/functions/epf_virtio_$kind/v0" \
			"$ep/controllers/epc-sim.0/$kind"
	done
}

unlink_functions() {
	rm "${functions[@]/#/$ep/controllers/epc-sim.0/}"
}

# And the modules.
remove_unlinked() {
	local kind

	for kind in "${functions[@]}"; do
		rmdir "$ep/functions/epf_virtio_$kind/v0"
	done
	modprobe -r "${functions[@]/#/epf-virtio-}" pci-epf-virtio epf-core
}

# chains KIND: sets that, how many the endpoint had.
chains() {
	local name

	while read -r name chains; do
		[[ $name != chains ]] || return 0
	done <"${stats[$1]}"
}

# busy KIND CHAINS: there were more.
busy() {
	chains "$1"
	((chains > $2))
}

# note_chains: before the traffic begins.
note_chains() {
	local kind

	for kind in "${functions[@]}"; do
		chains "$kind"
		before[$kind]=$chains
	done
}

# wait_for_chains: there is traffic of each function.
wait_for_chains() {
	local kind

	for kind in "${functions[@]}"; do
		wait_for "traffic of $kind" busy "$kind" $((before[$kind] + 20))
	done
}

gone() {
	! compgen -G "$pci/0000:11:*" >/dev/null
}

lose_by_removal() {
	echo 1 >"$debug/surprise"
	end
	wait_for "removal" gone
	echo 0 >"$debug/surprise"
}

lose_by_link() {
	stop
	end
	wait_for "removal" gone
	start
}

lose_by_driver() {
	modprobe -r virtio_epf
	end
	modprobe virtio_epf
}

# All modules of the endpoint, and before that its functions, while the host finds
# out. The kernel wants the controller stopped (pci-ep-cfs.c, pci_epc_epf_unlink).
lose_by_backend() {
	stop
	unmake
	end
	wait_for "removal" gone
	make
	start
}

# Each function by itself, which the endpoint is not told of
lose_by_reset() {
	local function

	for function in "$pci"/0000:11:00.*; do
		echo 1 >"$function/reset"
	done
	end
}

# The link, which it is told of
lose_by_hot_reset() {
	setpci -s 10:00.0 BRIDGE_CONTROL=40:40
	end
	wait_for "removal" gone
	setpci -s 10:00.0 BRIDGE_CONTROL=0:40
}

# The endpoint does not answer, nor does anything that it does reach the host, and the
# link stays, so that the host has to find out by itself; then it boots.
lose_by_crash() {
	local function all=()

	for function in "${!functions[@]}"; do
		all+=(-s "11:00.$function" COMMAND=0:6)
	done
	setpci "${all[@]}"
	[[ ! $finds_crash ]] || end
	stop
	wait_for "removal" gone
	[[ $finds_crash ]] || end
	start
}

# stress: all that, from the time on when the host's modules are there.
stress() {
	local round way

	make
	watch_progress 90
	start
	back
	for ((round = 1; round <= rounds; round++)); do
		echo "# round $round"
		for way in $ways; do
			echo "$way"
			progress "$way: traffic"
			traffic
			progress "$way: the loss"
			"lose_by_$way"
			progress "$way: the return"
			back
			works
		done
	done
}
