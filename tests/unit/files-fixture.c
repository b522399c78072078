// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "files-fixture.h"

void make_directory(struct fixture *f, const char *path)
{
	_cleanup_free_ char *full = string_format("%s/%s", f->root, path);
	char *slash;

	for (slash = full + strlen(f->root) + 1;
	     (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		assert_true(!mkdir(full, 0755) || errno == EEXIST);
		*slash = '/';
	}
	assert_int_equal(mkdir(full, 0755), 0);
}

void make_file(struct fixture *f, const char *path, const char *text)
{
	_cleanup_free_ char *full = string_format("%s/%s", f->root, path);
	FILE *file = fopen(full, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

void make_tree(struct fixture *f)
{
	make_directory(f, PCI_EP "/functions/pci_epf_test");
	make_directory(f, PCI_EP "/controllers/sim.0");
	make_file(f, PCI_EP "/controllers/sim.0/start", "0\n");
}

void make_function(struct fixture *f)
{
	make_directory(f, F0);
	make_directory(f, F0 "/primary");
	make_directory(f, F0 "/secondary");
	make_directory(f, F0 "/pci_epf_test.0");
	make_file(f, F0 "/vendorid", "0xffff\n");
	make_file(f, F0 "/pci_epf_test.0/bar0_size", "131072\n");
}

void make_ctx(struct fixture *f, const char *root, unsigned int flags)
{
	struct epf_ctx_options options = {
		.size = sizeof(options),
		.root = root,
		.flags = flags,
		.timeout_ms = 50,
	};

	assert_int_equal(epf_ctx_new(&options, &f->ctx), 0);
	assert_int_equal(epf_plan_new(f->ctx, &f->plan), 0);
}

int set_up(void **state)
{
	static struct fixture fixture;

	strcpy(fixture.root, "/tmp/test-libepf-XXXXXX");
	assert_non_null(mkdtemp(fixture.root));
	fixture.ctx = NULL;
	fixture.plan = NULL;
	*state = &fixture;
	return 0;
}

static int delete_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	return remove(path);
}

int tear_down(void **state)
{
	struct fixture *f = *state;

	epf_plan_free(f->plan);
	epf_ctx_free(f->ctx);
	return nftw(f->root, delete_one, 8, FTW_DEPTH | FTW_PHYS);
}
