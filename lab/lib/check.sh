# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
# shellcheck shell=bash
#
# epflab check: every test there is, one line each. Sets STATUS.
#
# Tests run beside each other, one a processor of this machine. A test in the 7.3
# flavour takes two: where a virtual processor waits for a lock of another that
# does not run, every wait is as long as a turn of this machine's scheduler.
#
# A lab test is an executable tests/lab/*.sh. It runs inside, in one boot of its
# own, in each flavour of the kernel: release and debug are 6.12, and 7.3 has two
# processors. A comment line "# lab: OPTIONS" at its top gives options for epflab
# run, and besides:
#	--release	in the release flavour only
#	--debug		in the debug flavour only
#	--6.12		in these two only
#	--7.3		in that only; several of these: in each that one names
#	--outside	not in the lab but beside it: a test of epflab itself
# There is no --time-travel with two processors: a test that has that option and
# is for 7.3, too, sees real time there.
# Status 77 means skipped, for the reason in the last line of the output.

readonly FLAVOURS=(release debug 7.3)
readonly SKIPPED=77
readonly RETRIES=5

check() {
	local quick='' flavour flavours=("${FLAVOURS[@]}")
	local -a wanted=()

	OPT_RETRY=
	while (($#)); do
		case $1 in
		--quick) quick=yes flavours=(release) ;;
		--retry) OPT_RETRY=yes ;;
		-*) usage_error "check: $1: no such option" ;;
		*) wanted+=("$1") ;;
		esac
		shift
	done

	cd "$TOP" || return
	setup_packages "$LAB/packages" "$LAB/packages-check"
	declare -gA BUILDS=()
	NO_BACKPORT=
	for flavour in "${flavours[@]}"; do
		check_prepare "$flavour"
	done

	WORK=$(mktemp -d "${TMPDIR:-/tmp}/epflab.XXXXXXXX")
	declare -gA JOBS=() STARTED=() TAKEN=() COMMANDS=()
	declare -gi PASSED=0 FAILED=0 SKIPS=0 UNSTEADY=0
	declare -ga AGAIN=()
	trap 'rm -rf "$WORK"' EXIT
	trap 'check_stop' INT TERM HUP

	if ((${#wanted[@]} == 0)); then
		check_meson checked "the tests" \
			--native-file "$TOP/build-dev.ini"
		[[ $quick ]] || check_fuzz
		[[ $quick ]] || check_style
	fi
	check_lab "${wanted[@]}"
	jobs_finish
	check_again
	trap - INT TERM HUP

	if ((UNSTEADY)); then
		echo "$UNSTEADY of these passed at the second try only"
	fi
	echo "$PASSED passed, $FAILED failed, $SKIPS skipped"
	STATUS=0
	((FAILED == 0 && PASSED + SKIPS > 0)) || STATUS=1
}

# check_prepare FLAVOUR: make its kernel, and this tree for it; or set
# NO_BACKPORT, to why there is no kernel 7.3.
check_prepare() {
	OPT_KERNEL=6.12 OPT_DEBUG=
	case $1 in
	debug)
		OPT_DEBUG=debug
		;;
	7.3)
		OPT_KERNEL=7.3
		if ! (kernel_source); then
			NO_BACKPORT=$(tail -n 1 "$CACHE/source/backport-7.log")
			return
		fi
		;;
	esac
	kernel_prepare
	tree_prepare
	BUILDS[$1]=$KERNEL
}

check_stop() {
	((${#JOBS[@]} == 0)) || kill "${!JOBS[@]}" 2>/dev/null || :
	wait
	exit 130
}

# result STATUS NAME SECONDS LOG: count and show one test.
result() {
	local status=$1 name=$2 time=$3 log=$4

	case $status in
	0)
		PASSED+=1
		printf 'pass  %-44s %8s s\n' "$name" "$time"
		;;
	"$SKIPPED")
		SKIPS+=1
		printf 'skip  %-44s %8s s  %s\n' "$name" "$time" \
			"$(tail -n 1 "$log")"
		;;
	*)
		FAILED+=1
		[[ $name != lab/* ]] || AGAIN+=("$name")
		printf 'FAIL  %-44s %8s s  status %s\n' "$name" "$time" "$status"
		sed 's/^/    | /' "$log"
		;;
	esac
}

# job NAME COMMAND...: run it beside others, on PROCESSORS, or one.
job() {
	local name=$1 taken=${PROCESSORS:-1} all
	shift

	all=$(nproc)
	((taken <= all)) || taken=$all
	while ((taken + $(processors_taken) > all)); do
		job_finish
	done
	"$@" >"$WORK/${name//\//-}" 2>&1 </dev/null &
	JOBS[$!]=$name
	STARTED[$!]=${EPOCHREALTIME/./}
	TAKEN[$!]=$taken
	COMMANDS[$name]=${*@Q}
}

processors_taken() {
	local IFS=+

	echo $((${TAKEN[*]:-0}))
}

job_finish() {
	local pid status=0 name time

	wait -n -p pid "${!JOBS[@]}" || status=$?
	name=${JOBS[$pid]}
	time=$(((${EPOCHREALTIME/./} - STARTED[$pid]) / 10000))
	unset "JOBS[$pid]" "STARTED[$pid]" "TAKEN[$pid]"
	result "$status" "$name" "$((time / 100)).$(printf %02d $((time % 100)))" \
		"$WORK/${name//\//-}"
}

jobs_finish() {
	while ((${#JOBS[@]})); do
		job_finish
	done
}

# check_again: with --retry, what failed in the lab once more, with nothing beside
# it, unless that is too much for chance.
check_again() {
	local -a names=("${AGAIN[@]}")
	local name failed

	if [[ ! $OPT_RETRY ]] || ((${#names[@]} > RETRIES)); then
		return
	fi
	for name in "${names[@]}"; do
		failed=$FAILED
		eval "job ${name@Q} ${COMMANDS[$name]}"
		jobs_finish
		if ((FAILED > failed)); then
			FAILED=failed
		else
			FAILED+=-1 UNSTEADY+=1
		fi
	done
}

# libFuzzer on what is read of others, a number of inputs from its seeds on.
check_fuzz() {
	SUITE=fuzz CC=clang check_meson fuzzed "the fuzz targets" \
		-Dfuzz=enabled -Dman=disabled -Db_lundef=false \
		-Db_sanitize=address,undefined
}

# check_meson BUILD WHAT OPTION...: the tests that need no kernel of their own,
# with the sanitizers on; of SUITE, or all.
check_meson() {
	local dir=$TREE/$1 log=$TREE/$1.log what=$2 name outcome time status
	shift 2

	if [[ ! -e $dir/build.ninja ]]; then
		rm -rf "$dir"
		long_step "configuring $what" "$log" meson setup "$@" \
			"$TOP" "$dir"
	fi
	if ! long_step "building $what" "$log" \
		ninja -C "$dir" ${SUITE:+"$SUITE-tests"}; then
		result 1 build 0 "$log"
		return
	fi
	(contained meson test -C "$dir" --no-rebuild ${SUITE:+--suite "$SUITE"}) \
		>"$WORK/meson" 2>&1 || :
	while IFS=$'\t' read -r name outcome time; do
		case $outcome in
		OK|EXPECTEDFAIL) status=0 ;;
		SKIP) status=$SKIPPED ;;
		*) status=$outcome ;;
		esac
		jq -r --arg name "$name" 'select(.name == $name) |
			(.stdout // ""), (.stderr // "")' \
			"$dir/meson-logs/testlog.json" >"$WORK/log"
		name=${name#*:}
		result "$status" "${name// /}" "$time" "$WORK/log"
	done < <(jq -r '[.name, .result, (.duration * 100 | floor / 100)] | @tsv' \
		"$dir/meson-logs/testlog.json")
}

check_style() {
	local -a sources traces scripts
	local source=${BUILDS[release]}/source flavour

	mapfile -t sources < <(find kernel examples tests/lab -name '*.[ch]' \
		! -name '*.mod.c' ! -name trace.h)
	mapfile -t traces < <(find kernel -name trace.h)
	mapfile -t scripts < <(grep -rlE '^#!/bin/(ba)?sh|^# shellcheck shell=' \
		lab tests tools docs examples .ci)
	job style/checkpatch perl "$source/scripts/checkpatch.pl" \
		--strict --no-tree --terse --show-types -f "${sources[@]}"
	# Events are laid out in the kernel's own way.
	job style/checkpatch-traces perl "$source/scripts/checkpatch.pl" \
		--strict --no-tree --terse --show-types \
		--ignore PARENTHESIS_ALIGNMENT,OPEN_ENDED_LINE -f "${traces[@]}"
	job style/kernel-doc perl "$source/scripts/kernel-doc" \
		-none -Werror "${sources[@]}"
	job style/shellcheck shellcheck -x "${scripts[@]}"
	job style/codespell codespell --skip .git,./tests/data \
		--ignore-words-list statics,inflight
	for flavour in debug 7.3; do
		flavour_job "$flavour" "style/sparse ($flavour)" \
			check_sparse "$flavour" kernel
		flavour_job "$flavour" "style/sparse-example ($flavour)" \
			check_sparse "$flavour" examples/endpoint-function
		flavour_job "$flavour" "style/sparse-backend ($flavour)" \
			check_sparse "$flavour" examples/virtio-backend
	done
}

# check_sparse FLAVOUR DIR: the modules of DIR again, with everything that make
# and sparse find to say, except of locks: sparse does not know that guard()
# unlocks. Kernel 7.3 goes without a sparse that does not know typeof_unqual, and
# compares the length of all that MODULE_INFO() says with __builtin_strlen(), which
# sparse takes for no constant: it looks no further then.
check_sparse() {
	local dir=$WORK/sparse-$1-${2##*/}
	local sparse="sparse -D__typeof_unqual__=__typeof__"

	sparse+=" '-D__builtin_strlen(s)=(sizeof(s) - 1)'"
	module_copy "$TOP/$2" "$dir"
	make -C "${BUILDS[$1]}" ARCH=um M="$dir" C=1 W=1 \
		CHECK="$sparse" \
		KCPPFLAGS="-I$TOP/kernel/include" KBUILD_MODPOST_WARN=1 \
		CF=-Wno-context modules >"$dir.log" 2>&1 || {
		cat "$dir.log"
		return 1
	}
	grep -qw CHECK "$dir.log" || {
		echo "nothing was checked: $(grep -m 1 sparse "$dir.log")"
		return 1
	}
	! grep -E -A 5 'warning:|error:' "$dir.log"
}

# check_lab [NAME...]: these lab tests, or all.
check_lab() {
	local test name flavour options

	for flavour in "${flavours[@]}"; do
		for test in tests/lab/*.sh; do
			name=${test##*/}
			name=${name%.sh}
			[[ -x $test ]] || continue
			(($# == 0)) || [[ " $* " == *" $name "* ]] || continue

			options=" $(sed -n 's/^# lab: //p;/^$/q' "$test") "
			in_flavour "$flavour" "$options" || continue
			check_lab_test "$name" "$flavour" "$test" "$options"
		done
	done
}

# in_flavour FLAVOUR OPTIONS: is a test with these options one for it?
in_flavour() {
	local option named=''

	for option in $2; do
		case $option in
		--release|--outside) named+=' release' ;;
		--debug) named+=' debug' ;;
		--6.12) named+=' release debug' ;;
		--7.3) named+=' 7.3' ;;
		esac
	done
	[[ " ${named:-${FLAVOURS[*]}} " == *" $1 "* ]]
}

check_lab_test() {
	local name=$1 flavour=$2 test=$3 option
	local -a options=() run=(setpriv --pdeathsig TERM)
	local PROCESSORS=1

	for option in $4; do
		case $option in
		--outside)
			job "lab/$name" "${run[@]}" "$test"
			return
			;;
		--release|--debug|--6.12|--7.3) ;;
		--time-travel)
			[[ $flavour == 7.3 ]] || options+=("$option")
			;;
		*) options+=("$option") ;;
		esac
	done
	case $flavour in
	debug) options+=(--debug) ;;
	7.3) options+=(--kernel 7.3) PROCESSORS=2 ;;
	esac
	flavour_job "$flavour" "lab/$name ($flavour)" "${run[@]}" \
		"$LAB/epflab" run "${options[@]}" -- "$test"
}

# flavour_job FLAVOUR NAME COMMAND...: a job that needs the kernel of FLAVOUR.
flavour_job() {
	local flavour=$1 name=$2
	shift 2

	if [[ ! ${BUILDS[$flavour]-} ]]; then
		set -- skip "$NO_BACKPORT"
	fi
	job "$name" "$@"
}

skip() {
	echo "$*"
	return $SKIPPED
}
