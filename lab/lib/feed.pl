# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The epf-utils authors
#
# The caller's standard input (descriptor 3) for the command inside: for each
# byte read from standard input one frame is written to standard output, its
# length and as many bytes, none at the end. A terminal line inside cannot tell
# its end in another way. No frame is longer than FRAME_MAX of init/streams.c.

use strict;
use warnings;

open my $source, '<&=', 3 or die "descriptor 3: $!\n";

my $wanted = '';
vec($wanted, fileno STDIN, 1) = 1;
while (sysread STDIN, my $request, 1) {
	# Wait for data, or for the end of whoever asked.
	my $ready = $wanted;
	vec($ready, 3, 1) = 1;
	select $ready, undef, undef, undef;
	last unless vec($ready, 3, 1);

	my $size = sysread($source, my $data, 2048) // 0;
	my $frame = pack('N', $size) . $data;
	while (length $frame) {
		my $written = syswrite(STDOUT, $frame) or exit;
		substr($frame, 0, $written, '');
	}
}
