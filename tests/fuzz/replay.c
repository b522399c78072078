// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* A fuzz target without libFuzzer: run each file of the folders that are given,
 * so that every build has the seeds, and what was found with them, tested. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_SEED (1u << 20)

static int run_file(const char *folder, const char *name)
{
	uint8_t *data = malloc(MAX_SEED);
	char path[4096];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!data || !file) {
		perror(path);
		exit(1);
	}
	size = fread(data, 1, MAX_SEED, file);
	if (!ferror(file)) {
		LLVMFuzzerTestOneInput(data, size);
		fclose(file);
		free(data);
		return 1;
	}
	/* A folder in a folder. */
	fclose(file);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		struct dirent *entry;

		if (!folder) {
			perror(argv[i]);
			return 1;
		}
		while ((entry = readdir(folder)))
			if (entry->d_name[0] != '.')
				count += run_file(argv[i], entry->d_name);
		closedir(folder);
	}
	printf("%d inputs\n", count);
	return count == 0;
}
