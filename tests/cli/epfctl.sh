#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# epfctl on a captured tree. Needs EPFCTL, the program, EPFCTL_NOPOLL, the program
# linked with nopoll.c, UNIT, its systemd unit, and TOP, the source tree.
# tests/data/epfctl has what it is to print.

. "$TOP/tests/cli/common.sh"

: "${EPFCTL:?} ${EPFCTL_NOPOLL:?} ${UNIT:?}"
data=$TOP/tests/data/epfctl
valid_binding=$TOP/tests/cli/valid-binding.sh
tree=$work/tree
pci_ep=$tree/sys/kernel/config/pci_ep
"$TOP/tests/cli/epfctl-tree.sh" "$tree"

# All of the captured tree, as text.
snapshot() {
	(cd "$pci_ep" && find . -printf '%p %y %l\n' | sort &&
		find . -type f -print0 | sort -z | xargs -0 tail -n +1)
}

# run STATUS ARGUMENT...: on the captured tree. Modules stay out of the game.
run() {
	what="epfctl ${*:2}"
	ends "$1" "$EPFCTL" --no-modules --root "$tree" "${@:2}"
}

# prints NAME: standard output is that of data/NAME.out.
prints() {
	diff -u "$data/$1.out" "$work/out" || complain "$what: other output"
}

# quiet: nothing was printed.
quiet() {
	[[ ! -s $work/out && ! -s $work/err ]] || complain "$what: is not quiet"
}

# error TEXT: that was the only line on standard error, without the name of the
# tree; there was none on standard output, and the tree is what it was.
error() {
	[[ ! -s $work/out ]] || complain "$what: writes to standard output"
	diff -u <(echo "$1") <(sed "s|$tree||g" "$work/err") ||
		complain "$what: other message"
	diff -u "$work/before" <(snapshot) || complain "$what: changed the tree"
}

# usage TEXT: standard error has that after the program's name, and advice.
usage() {
	[[ ! -s $work/out ]] || complain "$what: writes to standard output"
	grep -qE '^epfctl[a-z ]*: ' "$work/err" || complain "$what: whose error?"
	grep -qF -- "$1" "$work/err" || complain "$what: no \"$1\""
	grep -q '^Try ' "$work/err" || complain "$what: no advice"
}

# valid SCHEMA FILTER: standard output is such a document, and jq agrees.
valid() {
	conforms "$1"
	[[ $(jq -r ".schema, .schema_version" "$work/out" | xargs) == "$1 1" ]] ||
		complain "$what: not one document of $1"
	jq -e "$2" "$work/out" >"$work/jq" ||
		complain "$what: not so: $2: $(cat "$work/jq")"
}

snapshot >"$work/before"

echo "== lists"
run 0 list;                          prints list
run 0 list controllers;              prints list-controllers
run 0 list functions;                prints list-functions
run 0 list drivers;                  prints list-drivers
run 0 show bridge;                   prints show-bridge
run 0 show pci_epf_test/test0;       prints show-test0
run 0 show vf1;                      prints show-vf1
run 0 show epc-b;                    prints show-epc-b
run 0 list --root "$work/nothing";   quiet
run 0 list --json --root "$work/nothing"
valid epfctl-list '.controllers == [] and .functions == [] and .error == null'
run 0 --json list
valid epfctl-list '(.functions | length) == 4 and (.drivers | length) == 3'
valid epfctl-list '.controllers[1] | .started and .links[0].function.name == "test0"'
run 0 list drivers --json
valid epfctl-list '.controllers == null and .functions == null'
run 0 --json show bridge
valid epfctl-show '.function.attributes.db_count == "4" and .controller == null'
valid epfctl-show '.function.links[0].interface == "secondary"'
run 0 --json show pci_epf_vntb/test0
valid epfctl-show '.function.vendor_id == "0xffff" and .function.device_id == null'
run 0 --json show epc-sim.0
valid epfctl-show '.controller.started and .function == null'
valid epfctl-show '.controller.attributes == {"bar0/type": "fixed", max_maps: "32"}'
valid epfctl-show '.controller.driver == "pci_epc_sim"'
run 0 --json show epc-b
valid epfctl-show '.controller.attributes == {} and .controller.driver == null'

echo "== objects that are not there"
run 1 show nosuch;   error "epfctl: nosuch: no such function or controller"
run 1 show test0;    error "epfctl: test0: more than one has this name; name it DRIVER/NAME"
run 1 set nosuch a=1;                error "epfctl: nosuch: no such function"
run 1 delete nosuch;                 error "epfctl: nosuch: no such function"
run 1 start nosuch;                  error "epfctl: nosuch: no such controller"
run 1 stop nosuch;                   error "epfctl: nosuch: no such controller"
run 1 link bridge nosuch;            error "epfctl: nosuch: no such controller"
run 1 link nosuch epc-b;             error "epfctl: nosuch: no such function"
run 1 unlink vf1 epc-b;              error "epfctl: vf1: not linked to that controller"
run 1 create nosuch f0
error "epfctl: mkdir /sys/kernel/config/pci_ep/functions/nosuch: no such driver; load its module: modprobe nosuch"
run 1 create pci_epf_test test0
error "epfctl: mkdir /sys/kernel/config/pci_ep/functions/pci_epf_test/test0: File exists; take another name"
run 1 set bridge nosuch=1
error "epfctl: write 1 to /sys/kernel/config/pci_ep/functions/pci_epf_vntb/bridge/nosuch: no such attribute"
run 1 set pci_epf_test/test0 vendorid=1
error "epfctl: write 1 to /sys/kernel/config/pci_ep/functions/pci_epf_test/test0/vendorid: the function is linked: the value would not reach the host; unlink the function first"
run 1 start epc-sim.0
error "epfctl: write 1 to /sys/kernel/config/pci_ep/controllers/epc-sim.0/start: it is started"
run 1 stop epc-b
error "epfctl: write 0 to /sys/kernel/config/pci_ep/controllers/epc-b/start: it is stopped"
run 1 unlink pci_epf_test/test0 epc-sim.0
error "epfctl: unlink /sys/kernel/config/pci_ep/controllers/epc-sim.0/first: the controller is started; stop it first"
run 1 --json show nosuch
valid epfctl-show '.error.errno == "ESRCH" and .error.path == "nosuch"'
run 1 --json start epc-sim.0
valid epfctl-plan '.error.errno == "EALREADY" and .steps[0].state == "failed"'
run 1 --json unlink vf1 epc-b
valid epfctl-plan '.error.errno == "ENOENT" and .steps == []'

echo "== values on the command line"
run 2 set vf1 vendorid=0x10000;      error "epfctl: vendorid: 0x10000: out of range 0..65535"
run 2 set vf1 revid=256;             error "epfctl: revid: 256: out of range 0..255"
run 2 set vf1 msi_interrupts=33;     error "epfctl: msi_interrupts: 33: out of range 0..32"
run 2 set vf1 vendorid=many;         error "epfctl: vendorid: many: not a number"
run 2 set vf1 vendorid;              error "epfctl: vendorid: not of the form ATTRIBUTE=VALUE"
run 2 set vf1 =1;                    error "epfctl: =1: not of the form ATTRIBUTE=VALUE"
run 2 create pci_epf_test a/b
error "epfctl: a/b: not a name: a name is 1 to 255 bytes, without /"
run 2 --json set vf1 vendorid=many
valid epfctl-plan '.error | .errno == "EINVAL" and .value == "many"'

echo "== plans that are shown"
run 0 --dry-run apply "$TOP/tests/data/binding/good/stopped.yaml"; prints dry-run
run 0 -n create pci_epf_test f0 vendorid=1
prints dry-run-create
run 0 --dry-run --json delete bridge
valid epfctl-plan '.dry_run and .steps[0].state == "pending" and .command == "delete"'
diff "$work/before" <(snapshot) || complain "a dry run changed the tree"

echo "== changes"
# expect FILE TEXT: what a file of the tree has in it by now.
expect() {
	[[ $(<"$pci_ep/$1") == "$2" ]] || complain "$what: $1 is $(<"$pci_ep/$1")"
}

free=functions/pci_epf_vntb/test0
run 0 set pci_epf_vntb/test0 vendorid=0x1af4 msi_interrupts=4; quiet
expect $free/vendorid 0x1af4
expect $free/msi_interrupts 4
run 0 link pci_epf_vntb/test0 epc-b;               quiet
[[ -d $pci_ep/controllers/epc-b/pci_epf_vntb:test0/primary ]] ||
	complain "$what: no link"
run 0 unlink pci_epf_vntb/test0 epc-b;             quiet
run 0 -v link pci_epf_vntb/test0 epc-b --secondary
has_line="epfctl: symlink functions/pci_epf_vntb/test0/secondary/epc-b controllers/epc-b"
[[ $(<"$work/err") == "$has_line" ]] || complain "$what: not verbose"
run 0 --quiet unlink pci_epf_vntb/test0 epc-b;     quiet
run 0 start epc-b;                                 quiet
expect controllers/epc-b/start 1
run 0 --json stop epc-b
valid epfctl-plan '.error == null and .steps == [{"operation": "stop",
	"path": "controllers/epc-b/start", "value": "0", "state": "done"}]'
expect controllers/epc-b/start 0

# A plain directory is no configfs: what was made has no attributes.
run 1 create pci_epf_test f0 vendorid=1
[[ ! -e $pci_ep/functions/pci_epf_test/f0 ]] || complain "$what: left it there"
run 0 create pci_epf_test f0;                      quiet
run 0 delete f0;                                   quiet

echo "== files"
cp "$TOP/tests/data/epfctl/linked.yaml" "$work/linked.yaml"
snapshot >"$work/before"
run 0 apply "$work/linked.yaml"
[[ $(<"$work/out") == "1 step done" ]] || complain "$what: other summary"
snapshot >"$work/before"
run 0 apply "$work/linked.yaml"
[[ $(<"$work/out") == "nothing to do: the system is as it should be" ]] ||
	complain "$what: does not say that there is nothing to do"
run 0 apply --quiet "$work/linked.yaml";           quiet
run 0 apply --json - <"$work/linked.yaml"
valid epfctl-plan '.steps == [] and .error == null and .command == "apply"'
diff "$work/before" <(snapshot) || complain "a second apply changed the tree"

cd "$TOP/tests/data/binding/bad" || exit
run 2 apply vendor-id-range.yaml
error "vendor-id-range.yaml:7:20: vendor-id: found 0x1104c, expected a number from 0 to 0xffff"
run 2 apply unknown-key-control.yaml
error "unknown-key-control.yaml:1:1: unknown key 'ver\\x1b[31msion'; the keys here are version, modules, controllers"
run 2 apply - <shell-script.yaml
error "<stdin>:2:1: found mkdir functions/pci_epf_test/f0 && echo 0x104c > functions/p..., expected a mapping (key: value)"
run 2 --json apply vendor-id-range.yaml
valid epfctl-plan '.error | .file == "vendor-id-range.yaml" and .line == 7 and
	.column == 20 and .value == "0x1104c" and .errno == "EILSEQ"'
run 1 apply none.yaml
error "epfctl: none.yaml: No such file or directory"
run 1 apply .
error "epfctl: .: Is a directory"
cd - >/dev/null || exit
printf 'version: 1\ncontrollers:\n- name: nosuch\n' >"$work/nosuch.yaml"
run 1 apply - <"$work/nosuch.yaml"
error "<stdin>:3:9: name: no controller 'nosuch'; the controllers are epc-b, epc-sim.0"

printf 'version: 1\ncontrollers:\n- pattern: epc-*\n' >"$work/nosuch.yaml"
run 1 apply - <"$work/nosuch.yaml"
error "<stdin>:3:12: pattern: more than one controller matches 'epc-*'; the controllers are epc-b, epc-sim.0"

echo "== differences"
run 0 diff "$work/linked.yaml"
[[ $(<"$work/out") == "no difference" ]] || complain "$what: other summary"
run 0 diff --quiet "$work/linked.yaml";            quiet
run 3 diff --replace "$work/linked.yaml"
prints diff
run 3 --json diff --replace "$work/linked.yaml"
valid epfctl-diff '[.differences[] | select(.wanted == null)] | length == 2'
sed 's/0x104c/0x104d/' "$work/linked.yaml" >"$work/other.yaml"
run 3 --json diff "$work/other.yaml"
valid epfctl-diff '.differences == [{ object: "functions/pci_epf_test/test0",
	property: "vendorid", current: "0x104c", wanted: "0x104d",
	line: 9, column: 20 }]'
run 1 diff none.yaml
error "epfctl: none.yaml: No such file or directory"
run 2 diff - <"$TOP/tests/data/binding/bad/empty.yaml"
error "<stdin>:1:1: the file is empty; epf-binding(5) has examples"

echo "== windows"
run 0 window list
grep -q '^pci_epf_vntb/bridge' "$work/out" && complain "$what: a window of no size"
run 0 --json window list
valid epfctl-windows '(.functions | length) == 4 and .functions[0].total == null'
run 1 window add pci_epf_test/test0 ring 4096
error "epfctl: mkdir /sys/kernel/config/pci_ep/functions/pci_epf_test/test0/outbound/windows/ring: this function has no outbound windows to put aside; only drivers that stand on epf-core have"

echo "== check"
run 0 check "$work/linked.yaml"
grep -q "note: function test0 is linked" "$work/out" || complain "$what: other findings"
run 0 --json check "$work/linked.yaml"
valid epfctl-check '.findings | length == 2 and all(.severity == "note")'
run 2 check - <"$TOP/tests/data/binding/bad/empty.yaml"
error "<stdin>:1:1: the file is empty; epf-binding(5) has examples"

echo "== completions"
for shell in bash zsh fish; do
	run 0 --completion $shell
	for command in $("$EPFCTL" --help |
		sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		grep -qw "$command" "$work/out" || complain "$what: no $command"
	done
	grep -q -- --replace "$work/out" || complain "$what: no --replace"
done
run 0 --completion bash
(
	# shellcheck disable=SC2030 # for this alone
	PATH=${EPFCTL%/*}:$PATH
	# shellcheck disable=SC1091 # made just now
	. "$work/out"
	COMP_WORDS=(epfctl ap) COMP_CWORD=1
	_epfctl
	[[ ${COMPREPLY[*]} == apply ]] || exit 1
	COMP_WORDS=(epfctl apply --re) COMP_CWORD=2
	_epfctl
	[[ ${COMPREPLY[*]} == --replace ]]
) || complain "bash does not complete"

# there PROGRAM: parts without it are left out, and it is said.
there() {
	command -v "$1" >/dev/null || { echo "no $1: left out"; false; }
}

# What it hands to zsh's completion system, which works at a terminal only.
if there zsh; then
	run 0 --completion zsh
	cat >"$work/complete.zsh" <<-'EOF'
		compadd() { print -l -- "$@" }
		_describe() { print -l -- "${(P@)2}" }
		_files() { print FILES }
		complete-it() { source $1 }
		words=("${@:2}") CURRENT=$(($# - 1))
		complete-it $1
	EOF
	zsh -f "$work/complete.zsh" "$work/out" epfctl ap >"$work/words" 2>"$work/err"
	grep -q "^apply:" "$work/words" || complain "zsh: no command"
	zsh -f "$work/complete.zsh" "$work/out" epfctl apply --re \
		>"$work/words" 2>>"$work/err"
	[[ $(grep -cx -e --replace -e FILES "$work/words") == 2 ]] ||
		complain "zsh: no option, or no file"
	[[ ! -s $work/err ]] || complain "zsh complains"
	mkdir "$work/functions"
	cp "$work/out" "$work/functions/_epfctl"
	# shellcheck disable=SC2016 # zsh's
	[[ $(zsh -fc 'fpath=($1 $fpath); autoload -Uz compinit; compinit -Du
		print $_comps[epfctl]' zsh "$work/functions") == _epfctl ]] ||
		complain "zsh does not find it"
fi
if there fish; then
	run 0 --completion fish
	# shellcheck disable=SC2031 # as it was
	env HOME="$work" PATH="${EPFCTL%/*}:$PATH" fish --no-config -c "source $work/out
		complete -C 'epfctl ap'
		complete -C 'epfctl apply --re'" >"$work/words" 2>"$work/err"
	[[ $(cut -f1 "$work/words" | xargs) == "apply --replace" ]] ||
		complain "fish completes otherwise"
fi
run 2 --completion csh;              usage "csh: not bash, zsh or fish"

echo "== unit"
if there systemd-analyze; then
	# Where the program will be is not known to be there yet.
	sed "s|^\(Exec[A-Za-z]*\)=[^ ]*/epfctl|\1=$EPFCTL|" "$UNIT" \
		>"$work/epf-apply@.service"
	grep -qF "ExecStart=$EPFCTL apply" "$work/epf-apply@.service" ||
		complain "the unit does not apply"
	systemd-analyze verify --man=no "$work/epf-apply@.service" \
		>"$work/out" 2>"$work/err" || complain "the unit is refused"
	[[ ! -s $work/err ]] || complain "systemd is not pleased"
fi

echo "== export"
run 0 export;                                      prints export
mv "$work/out" "$work/export.yaml"
"$valid_binding" "$work/export.yaml" >"$work/err" 2>&1 || complain "the export is no binding"
run 0 diff "$work/export.yaml"
run 0 apply --dry-run "$work/export.yaml"
[[ $(<"$work/out") == "nothing to do: the system is as it should be" ]] ||
	complain "$what: the export is not what there is"
run 0 --json export pci_epf_test/test0
valid epfctl-export '.error == null and (.binding | startswith("version: 1\n"))'
run 1 export nosuch
error "epfctl: nosuch: no such function or controller"
run 1 export bridge
error "epfctl: bridge: not linked to a controller, so that it has no place in a binding file"

echo "== usage"
run 0 --version
grep -q '^epfctl [0-9]' "$work/out" || complain "--version: what?"
run 0 --usage
grep -q '^Usage: epfctl ' "$work/out" || complain "--usage: what?"
run 0 window --usage
grep -q '^Usage: epfctl .*window' "$work/out" || complain "window --usage: what?"
run 2;                               usage "a command is missing"
run 2 nosuch;                        usage "nosuch: no such command"
run 2 --nosuch;                      usage "unrecognized option '--nosuch'"
run 2 list --nosuch;                 usage "unrecognized option '--nosuch'"
run 2 list nosuch;                   usage "nosuch: no such list"
run 2 list drivers functions;        usage "functions: one argument too many"
run 2 show;                          usage "an argument is missing"
run 2 show a b;                      usage "b: one argument too many"
run 2 diff;                          usage "an argument is missing"
run 2 apply;                         usage "an argument is missing"
run 2 create a;                      usage "an argument is missing"
run 2 set a;                         usage "an argument is missing"
run 2 delete;                        usage "an argument is missing"
run 2 link a;                        usage "an argument is missing"
run 2 unlink a;                      usage "an argument is missing"
run 2 unlink a b --secondary;        usage "unrecognized option '--secondary'"
run 2 window;                        usage "an argument is missing"
run 2 window nosuch;                 usage "nosuch: not list, add or remove"
run 2 window add a b;                usage "an argument is missing"
run 2 window remove a b c;           usage "one argument too many"
run 2 window add a mw1 1MiB;         usage "1MiB: not a number of bytes"
run 2 window add a mw1 4096 two;     usage "two: not the number of a BAR"
run 2 start a --wait 0;              usage "0: not a number of seconds from 1 to 3600"
run 2 start;                         usage "an argument is missing"
run 2 stop a b;                      usage "b: one argument too many"
run 2 list --root;                   usage "requires an argument"
for arguments in "--json" "nosuch --json" "--nosuch --json" "show --json a b"; do
	# shellcheck disable=SC2086
	run 2 $arguments
	valid epfctl-error '.error.errno == "EINVAL"'
done

echo "== names that would drive the terminal"
drive=$pci_ep/functions/nvmet_pci_epf
(cd "$drive" && mkdir $'red\e[31m\n' $'\xc2\x9b31m' $'latin\xfc' grün)
run 0 list functions
for name in 'red\x1b[31m\x0a' '\xc2\x9b31m' 'latin\xfc' grün; do
	grep -q "^nvmet_pci_epf/${name//[\\[]/\\&} *-  *-  *-$" "$work/out" ||
		complain "$what: no $name"
done
run 0 --json list functions
valid epfctl-list '[.functions[0:4][].name] |
	. == ["grün", "latin\ufffd", "red\u001b[31m\n", "\u009b31m"]'
rmdir "$drive"/*

echo "== monitor"
# What changes is told from the first look on, which nothing else tells of.
flip() {
	if [[ -e $pci_ep/controllers/epc-c ]]; then
		rm -r "$pci_ep/controllers/epc-c"
	else
		mkdir "$pci_ep/controllers/epc-c"
	fi
}

# said PATTERN: the monitor prints a line like it, maybe after others.
said() {
	local line

	while read -r -t 20 line <&"$monitor"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $line != $1 ]] || return 0
	done
	complain "$what: did not say $1"
}

events=('controller-added epc-d' 'function-linked pci_epf_vntb/test0 epc-d'
	'*"event":"controller-added"*"object":"epc-d"*"peer":null*'
	'*"event":"function-linked"*"object":"pci_epf_vntb/test0"*"peer":"epc-d"*')
for signal in INT TERM; do
	options=(--root "$tree")
	[[ $signal == INT ]] || options+=(--json)
	what="epfctl monitor ${options[*]}"
	exec {monitor}< <(echo "$BASHPID"
		exec "$EPFCTL" monitor "${options[@]}" 2>"$work/err")
	read -r pid <&"$monitor"
	until read -r -t 0.2 <&"$monitor"; do
		flip
	done
	mkdir "$pci_ep/controllers/epc-d"
	said "${events[0]}"
	ln -s "$pci_ep/functions/pci_epf_vntb/test0" "$pci_ep/controllers/epc-d/any"
	said "${events[1]}"
	kill -$signal "$pid"
	wait "$pid" || complain "$what: SIG$signal: status $?"
	exec {monitor}<&-
	[[ ! -s $work/err ]] || complain "$what: is not quiet"
	rm -r "$pci_ep/controllers/epc-d"
	events=("${events[@]:2}")
done
what="epfctl monitor >/dev/full"
"$EPFCTL" --root "$tree" monitor >/dev/full 2>"$work/err" &
while sleep 0.2 && kill -0 $! 2>"$work/gone"; do
	flip
done
wait $!
(($? == 1)) || complain "$what: no failure"
grep -q '^epfctl: standard output: No space left' "$work/err" ||
	complain "$what: goes unreported"
(($(wc -l <"$work/err") == 1)) || complain "$what: is reported twice"
[[ ! -e $pci_ep/controllers/epc-c ]] || flip
diff -u "$work/before" <(snapshot) || complain "$what: changed the tree"

# Nor does it wait for ever where it cannot wait.
EPFCTL=$EPFCTL_NOPOLL run 1 monitor; error "epfctl-nopoll: events: Cannot allocate memory"

echo "== output that goes nowhere"
"$EPFCTL" --root "$tree" list >/dev/full 2>"$work/err"
(($? == 1)) || complain "a full disk is no failure"
grep -q '^epfctl: standard output: No space left' "$work/err" ||
	complain "a full disk goes unreported"
# shellcheck disable=SC2094
{
	sleep 0.1
	"$EPFCTL" --root "$tree" list 2>"$work/err"
	echo $? >"$work/status"
} | :
[[ $(<"$work/status") == 1 ]] || complain "a closed pipe is no failure"

echo "== manual pages"
what="the pages"
for command in '' $("$EPFCTL" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
	[[ -z $command ]] || echo "$command"
	# shellcheck disable=SC2086
	"$EPFCTL" $command --help | grep -oE '^ +(-[a-z], )?(-[a-z]|--[a-z-]+)' |
		grep -oE -- '-+[a-z-]+'
done | sort -u >"$work/words"
(($(wc -l <"$work/words") == 15 + 20)) ||
	complain "not 15 commands and 20 options in --help: $(xargs <"$work/words")"
while read -r word; do
	grep -qF -- "*$word*" "$TOP/man/epfctl.1.scd" ||
		complain "epfctl.1 has no $word"
done <"$work/words"

echo "== schema"
for name in vendor-id-range unknown-key-function bar-size-small no-reg \
	attribute-standard secondary-text pin-range name-slash; do
	! "$valid_binding" "$TOP/tests/data/binding/bad/$name.yaml" >"$work/err" 2>&1 ||
		complain "the schema takes bad/$name.yaml"
done
# The schema and the library have the same keys.
for table in controller function virtual-function interrupts bar-region \
	ntb-window outbound-window; do
	jq -r --arg table $table '."$defs"[$table].properties | keys[]' \
		"$TOP/docs/schema/epf-binding.json"
done | sort -u | while read -r key; do
	grep -qF -- "*$key*" "$TOP/man/epf-binding.5.scd" ||
		echo "epf-binding.5 has no $key"
	grep -qF -- "\"$key\"" "$TOP"/libepf/src/binding.c ||
		echo "binding.c has no $key"
done >"$work/err"
[[ ! -s $work/err ]] || complain "keys of the schema"

((failures == 0)) || echo "$failures failures"
exit $((failures > 0))
