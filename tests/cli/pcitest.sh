#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# The command line of pcitest on a machine without an endpoint. Needs PCITEST,
# the program, and TOP, the source tree.

. "$TOP/tests/cli/common.sh"

: "${PCITEST:?}"
data=$TOP/tests/data/pcitest

# run STATUS ARGUMENT...
run() {
	what="pcitest ${*:2}"
	ends "$1" "$PCITEST" "${@:2}"
}

# error TEXT: standard error is one line (two, where argp gives a hint) that
# begins with the program's name and has the text in it; nothing came out.
error() {
	[[ ! -s $work/out ]] || complain "$what: writes to standard output"
	grep -q '^pcitest' "$work/err" || complain "$what: whose error?"
	grep -qF -- "$1" "$work/err" || complain "$what: no \"$1\""
	(($(grep -cv '^Try ' "$work/err") == 1)) || complain "$what: long error"
}

# has PATTERN [FILE]: in the output.
has() {
	grep -q -- "$1" "${2:-$work/out}" || complain "$what: no \"$1\""
}

# What is asked for is there.
run 0 --help;                        has '^  run '
run 0 --version;                     has '^pcitest [0-9]'
run 0 run --help;                    has --junit
run 0 list --help;                   has --json
run 0 run --list-tests
diff "$data/run.tests" "$work/out" || complain "$what: other tests"
run 0 run --list-tests --suite irq --dma on
(($(wc -l <"$work/out") == 3)) || complain "$what: not 3 tests"
run 0 run --list-tests --suite xfer --sizes 1 --dma on
has '^xfer.copy.msix.1.dma$'

# The reports that the unit tests compare with are what they say they are.
what="run.json, .xml, .tap in $data"
cp "$data/run.json" "$work/out"
conforms pcitest-run
xmllint --noout "$data/run.xml" || complain "$what: not XML"
perl -MTAP::Parser -e '
	my $parser = TAP::Parser->new({ source => $ARGV[0] });
	$parser->run;
	print "$_\n" for $parser->parse_errors;
	exit !($parser->tests_run == 8 && $parser->failed == 2
		&& $parser->skipped == 2 && !$parser->parse_errors)' \
	"$data/run.tap" || complain "$what: not TAP"

# Every option is in the manual page.
for arguments in --help "list --help" "run --help" "bench --help" \
	"compare --help" "ports --help" -h; do
	# shellcheck disable=SC2086
	"$PCITEST" $arguments 2>&1
done | grep -oE '^ +(-[a-zA-Z?])?(, )?(--[a-z-]+)?' | grep -oE -- '-+[^ ,]+' |
	sort -u >"$work/options"
(($(wc -l <"$work/options") > 25)) || complain "options not found in --help"
while read -r option; do
	cat "$TOP"/man/pcitest{,-ports}.1.scd | grep -qF -- "*$option*" ||
		complain "neither pcitest.1 nor pcitest-ports.1 has $option"
done <"$work/options"

# What is not understood is said, and nothing is done.
run 2;                               has Usage "$work/err"
run 2 bogus;                         error "bogus: no such command"
run 2 --bogus;                       error "unrecognized option '--bogus'"
run 2 list more;                     error "more: "
run 2 list --bogus;                  error "unrecognized option '--bogus'"
run 2 run more;                      error "more: "
run 2 run --suite bar,foo;           error "foo: no such suite"
run 2 run --suite bar,bar;           error "bar: given twice"
run 2 run --suite virtio,bar;        error "bar: for another device than virtio"
run 2 run --suite '';                error "no such suite"
run 2 run --seed -1;                 error "--seed -1: not a number"
run 2 run --seed 4294967296;         error "4294967296: not a number"
run 2 run --seed 1x;                 error "1x: not a number"
run 2 run --timeout 0;               error "--timeout 0: not a number"
run 2 run --dma maybe;               error "maybe: not auto, on or off"
run 2 run --sizes 0;                 error "--sizes 0: "
run 2 run --sizes 1,,2;              error "--sizes 1,,2: "
run 2 run --sizes 1Q;                error "--sizes 1Q: "
run 2 run --json --tap;              conforms pcitest-error
run 2 run -D;                        error "-- 'D'"
run 2 run -D nonsense;               error "nonsense: neither a path nor"
run 2 run -D 0000:00:20.0;           error "0000:00:20.0: neither a path nor"
run 2 run -D 00:00.8;                error "00:00.8: neither a path nor"
run 2 run -D 0000:00:00.0x;          error "0000:00:00.0x: neither"
run 1 run -D /dev/null/none;         error "/dev/null/none: Not a directory"
run 1 run -D /dev/null;              error "/dev/null: not an endpoint test"
run 1 run -D ffff:ff:1f.7;           error "ffff:ff:1f.7: not an endpoint test"
run 1 run --junit /dev/null/x;       error "--junit /dev/null/x: "

# What ends it early is in its document, as far as it is told.
ended() {
	conforms pcitest-error
	[[ "pcitest: $(jq -r .error.message "$work/out")" == "$(<"$work/err")" ]] ||
		complain "$what: another error in the document"
}
run 1 run --json --junit /dev/null/x; ended
run 2 run --json --sizes 0;          ended
for arguments in "run --bogus" "run --suite x" "run --sizes 0" "list more" x; do
	# shellcheck disable=SC2086
	run 2 $arguments --json;     conforms pcitest-error
done
run 0 run --json --help;             has '^Usage'

# Benchmarks
run 2 bench;                         error "which benchmark: xfer, sg, map or virtio?"
run 2 bench foo;                     error "foo: no such benchmark"
run 2 bench xfer sg;                 error "sg: one benchmark at a time"
run 2 bench xfer --sizes 0;          error "--sizes 0: not a number from 1"
run 2 bench xfer --sizes 5M;         error "--sizes 5M: not a number"
run 2 bench xfer --sizes 1,,2;       error "--sizes : not a number"
run 2 bench sg --segments 65;        error "--segments 65: not a number"
run 2 bench xfer --segments 2;       error "only sg and virtio have --segments"
run 2 bench sg --stock;              error "only xfer has --stock"
run 2 bench sg --depth 257;          error "--depth 257: not a number"
run 2 bench map --depth 2;           error "map has no --operation"
run 2 bench sg --policy cached;      error "only map has --policy"
run 2 bench map --policy none;       error "--policy: there is no none"
run 2 bench sg --operation map;      error "--operation: there is no map"
run 2 bench sg --engine gpu;         error "--engine: there is no gpu"
run 2 bench map --range 5M;          error "--range 5M: not a number"
run 2 bench sg --queues 2;           error "only virtio has --queues"
run 2 bench virtio --queues 65;      error "--queues 65: not a number"
run 2 bench virtio --engine cpu;     error "virtio has no --engine"
run 2 bench virtio --no-verify;      error "virtio has no --engine"
run 2 bench virtio --operation ping; error "virtio has no --operation ping"
run 2 bench virtio --stride 4;       error "only map has --policy"
run 2 bench virtio --stock;          error "only xfer has --stock"
run 2 bench xfer --stock --alignment 1
error "--stock has no --alignment"
run 2 bench sg --alignment 4097;     error "--alignment 4097: not a number from 0"
run 2 bench sg --seed -1;            error "--seed -1: not a number"
run 2 bench sg --sizes "$(seq -s, 65)"
error "--sizes: more than 64 values"
run 2 bench sg --json --csv;         conforms pcitest-error
run 1 bench sg -D /dev/null --json;  conforms pcitest-bench
run 2 bench sg -D nonsense;          error "nonsense: neither a path nor"

# Their comparison
bench=$TOP/tests/data/pcitest/bench
run 0 compare "$bench.json" "$bench.json";      has '^same .* size=4096'
run 3 compare "$bench.json" "$bench-slow.json"; has '^worse '
has '^only before '
has '^only after '
run 0 compare "$bench-slow.json" "$bench.json"; has '^better '
run 3 compare --json "$bench.json" "$bench-slow.json"
conforms pcitest-compare
run 0 compare --tolerance 90 "$bench.json" "$bench-slow.json"
jq '.results = []' "$bench.json" >"$work/none.json"
run 77 compare "$bench.json" "$work/none.json"
jq '.results[].error = "gone"' "$bench.json" >"$work/failed.json"
run 3 compare "$bench.json" "$work/failed.json"; has '^worse '
run 0 compare "$work/failed.json" "$bench.json"; has '^better '
run 0 compare "$work/failed.json" "$work/failed.json"; has '^same '
run 2 compare "$bench.json";                    has "two files" "$work/err"
run 2 compare a b c;                            has "enough" "$work/err"
run 2 compare --tolerance 101 a b;              has "101: not" "$work/err"
run 1 compare "$bench.json" /dev/null;          error "/dev/null: not"
run 1 compare "$bench.json" "$data/run.json";   error "run.json: not a result"
run 1 compare --json "$bench.json" /dev/null;   conforms pcitest-compare
cp "$bench.json" "$work/out"
what="bench.json in $data"
conforms pcitest-bench

# The kernel tool's command line.
run 234 -h;                          has '^  -x NUMBER' "$work/err"
run 2 -b 6;                          error "-b 6: not a number from 0 to 5"
run 2 -b 1x;                         error "-b 1x: not a number"
run 2 -b '';                         error "-b : not a number"
run 2 -m 0;                          error "-m 0: not a number from 1 to 32"
run 2 -m 33;                         error "-m 33: "
run 2 -x 2049;                       error "-x 2049: "
run 2 -i 3;                          error "-i 3: not a number from 0 to 2"
run 2 -i -1;                         error "-i -1: "
run 2 -s 0;                          error "-s 0: not a size"
run 2 -s 1x -r;                      error "-s 1x: not a size"
run 2 -s;                            error "-s: needs an argument"
run 2 -z;                            error "-z: no such option"
run 2 -r list;                       error "list: not an option"
run 2 -D nonsense -r;                error "-D nonsense: neither"
run 237 -D /dev/null/none -r;        error "/dev/null/none: Not a directory"
run 234 -D /dev/null
# These lines were printed by the kernel's own program.
run 255 -D /dev/null -b 0 -i 1 -I -e -l -m 1 -x 1 -w -r -c -d -s 1025
diff "$data/legacy-refused.text" "$work/out" || complain "$what: other lines"

# A full disk.
what="pcitest list --json >/dev/full"
"$PCITEST" list --json >/dev/full 2>"$work/err" && complain "$what: status 0"
has 'standard output: No space left' "$work/err"

# No device. A machine that has one is spared: tests would run on it.
for node in /dev/pci-endpoint-test.* /dev/pci-endpoint-xtest.*; do
	[[ -e $node ]] || continue
	((failures)) && exit 1
	echo "there is a $node: no more is tested"
	exit 0
done
run 0 list
run 0 list --json;                   conforms pcitest-list
run 77 run;                          error "no endpoint test device"
run 77 run --json;                   conforms pcitest-run
run 2 run --json -D nonsense;        conforms pcitest-run
run 1 run --json -D /dev/null;       conforms pcitest-run
run 77 run --tap
has '^1\.\.0 # SKIP no endpoint'
run 77 run --junit "$work/junit"
xmllint --noout "$work/junit" || complain "$what: not XML"
run 1 run --json --junit /dev/full;  conforms pcitest-run
has "^pcitest: --junit /dev/full: No space left on device$" "$work/err"
for seed in 1 0x1; do
	run 77 run --json --seed "$seed"
	jq -c .parameters.sizes "$work/out"
done >"$work/sizes"
(($(sort -u "$work/sizes" | wc -l) == 1)) || complain "a seed, other sizes"

exit $((failures > 0))
