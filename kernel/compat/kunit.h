/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef COMPAT_KUNIT_H
#define COMPAT_KUNIT_H

#include <kunit/visibility.h>
#include <linux/module.h>

#ifdef HAVE_IMPORT_NS_WORD
#define COMPAT_IMPORT_KUNIT() MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING)
#else
#define COMPAT_IMPORT_KUNIT() MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING")
#endif

#endif
