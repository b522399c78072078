#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# valid-binding.sh FILE: a binding file is one for its JSON schema, too.

set -eu

json=$(mktemp)
trap 'rm -f "$json"' EXIT
/usr/bin/python3 -c 'import json, sys, yaml
json.dump(yaml.safe_load(sys.stdin), sys.stdout)' <"$1" >"$json"
/usr/bin/python3 -m jsonschema -i "$json" \
	"$(dirname -- "$0")/../../docs/schema/epf-binding.json"
