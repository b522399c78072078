#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# blocks.sh OUT FILE...: the code in documents and manual pages. Each block says
# what it is, in Markdown behind its "```", in a manual page in the comment
# ("; ") on the line before:
#
#	c, dts, sh, yaml	is whole, and written to OUT/DOCUMENT-LINE.c and so on,
#				as a reader sees it
#	LANGUAGE FILE		is in FILE of this tree, line by line
#	console			is tried by tests/lab/docs-commands.sh
#	excerpt: REASON		cannot be tried
#
# One that does not is an error, and so is code that is indented instead.

set -eu

top=$(cd "$(dirname -- "$0")/../.." && pwd)
out=${1:?usage: blocks.sh OUT FILE...}
shift
errors=0

complain() {
	echo "$document:$number: $*" >&2
	errors=$((errors + 1))
}

# take MARK TEXT: a block, which begins at line $number.
take() {
	local mark=$1 text=$2 language=${1%% *} file

	case $mark in
	'excerpt: '?*)
		;;
	console)
		[[ $document == */docs/*.md ]] || complain "nobody tries commands here"
		;;
	c|dts|sh|yaml)
		file=${document##*/}
		printf '%s' "$text" >"$out/${file%.*}-$number.$language"
		;;
	c' '?*|make' '?*|yaml' '?*)
		file=${mark#* }
		if [[ ! -f $top/$file ]]; then
			complain "there is no $file"
		elif [[ $'\n'$(<"$top/$file")$'\n' != *$'\n'"$text"* ]]; then
			complain "this is not in $file"
		fi
		;;
	*)
		complain "what is this? It says \"$mark\""
		;;
	esac
}

read_document() {
	local document=$1 number=0 begin='' mark='' text='' line before=''

	while IFS= read -r line || [[ $line ]]; do
		number=$((number + 1))
		if [[ ! $begin && $line == '```'* ]]; then
			begin=$number text='' mark=${line#'```'}
			[[ $document == *.md ]] || mark=${before#'; '}
		elif [[ $begin && $line == '```' ]]; then
			number=$begin take "$mark" "$text"
			begin=''
		elif [[ $begin && $document == *.scd ]]; then
			# As scdoc does.
			# shellcheck disable=SC2001 # it cannot
			text+=$(sed 's/\\\(.\)/\1/g' <<<"$line")$'\n'
		elif [[ $begin ]]; then
			text+=$line$'\n'
		elif [[ $line =~ ^[[:blank:]]+('#include '|'version: 1'|/dts-v1/) ]]; then
			complain "put this between \`\`\`"
		fi
		before=$line
	done <"$document"
	[[ ! $begin ]] || number=$begin complain "this does not end"
}

for document; do
	read_document "$document"
done
exit $((errors > 0))
