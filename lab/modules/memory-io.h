/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

/*
 * On the machines that endpoint functions are written for, readl() and writel()
 * work on memory as they do on devices, and some functions rely on it. Emulated
 * I/O memory (lib/logic_iomem.c) takes no other addresses than its own: it warns,
 * and reads ones. Included before everything else, this makes them work here.
 */

#ifndef LAB_MEMORY_IO_H
#define LAB_MEMORY_IO_H

#include <linux/compiler.h>
#include <linux/io.h>
#include <linux/mm.h>

static inline u32 memory_readl(const void __iomem *addr)
{
	const void *memory = (const void __force *)addr;

	if (!virt_addr_valid(memory))
		return readl(addr);

	return le32_to_cpu(READ_ONCE(*(const __le32 *)memory));
}

static inline void memory_writel(u32 value, void __iomem *addr)
{
	void *memory = (void __force *)addr;

	if (!virt_addr_valid(memory))
		writel(value, addr);
	else
		WRITE_ONCE(*(__le32 *)memory, cpu_to_le32(value));
}

#undef readl
#define readl memory_readl
#undef writel
#define writel memory_writel

#endif
