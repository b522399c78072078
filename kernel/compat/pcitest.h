/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef COMPAT_PCITEST_H
#define COMPAT_PCITEST_H

#include <linux/pcitest.h>

/* 6.12 calls it by its older name. */
#ifndef PCITEST_INTX_IRQ
#define PCITEST_INTX_IRQ		PCITEST_LEGACY_IRQ
#endif

/* 6.15 */
#ifndef PCITEST_BARS
#define PCITEST_BARS			_IO('P', 0xa)
#endif
#ifndef PCITEST_IRQ_TYPE_UNDEFINED
#define PCITEST_IRQ_TYPE_UNDEFINED	-1
#define PCITEST_IRQ_TYPE_INTX		0
#define PCITEST_IRQ_TYPE_MSI		1
#define PCITEST_IRQ_TYPE_MSIX		2
#define PCITEST_IRQ_TYPE_AUTO		3
#endif

/* Since then */
#ifndef PCITEST_DOORBELL
#define PCITEST_DOORBELL		_IO('P', 0xb)
#endif
#ifndef PCITEST_BAR_SUBRANGE
#define PCITEST_BAR_SUBRANGE		_IO('P', 0xc)
#endif

#endif
