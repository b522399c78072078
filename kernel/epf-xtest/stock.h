/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

#ifndef XTEST_STOCK_H
#define XTEST_STOCK_H

#include <linux/bits.h>
#include <linux/types.h>

/*
 * What the kernel's test function and its host driver agree on: see
 * drivers/pci/endpoint/functions/pci-epf-test.c and drivers/misc/
 * pci_endpoint_test.c of Linux 7.3. No header says it.
 */

#define XTEST_STOCK_IRQ_INTX	0
#define XTEST_STOCK_IRQ_MSI	1
#define XTEST_STOCK_IRQ_MSIX	2

#define XTEST_STOCK_RAISE_INTX	BIT(0)
#define XTEST_STOCK_RAISE_MSI	BIT(1)
#define XTEST_STOCK_RAISE_MSIX	BIT(2)
#define XTEST_STOCK_READ	BIT(3)
#define XTEST_STOCK_WRITE	BIT(4)
#define XTEST_STOCK_COPY	BIT(5)
#define XTEST_STOCK_ENABLE_DOORBELL	BIT(6)
#define XTEST_STOCK_DISABLE_DOORBELL	BIT(7)
#define XTEST_STOCK_SET_SUBRANGES	BIT(8)
#define XTEST_STOCK_CLEAR_SUBRANGES	BIT(9)

#define XTEST_STOCK_READ_OK	BIT(0)
#define XTEST_STOCK_READ_FAIL	BIT(1)
#define XTEST_STOCK_WRITE_OK	BIT(2)
#define XTEST_STOCK_WRITE_FAIL	BIT(3)
#define XTEST_STOCK_COPY_OK	BIT(4)
#define XTEST_STOCK_COPY_FAIL	BIT(5)
#define XTEST_STOCK_IRQ_RAISED	BIT(6)
#define XTEST_STOCK_SRC_INVALID	BIT(7)
#define XTEST_STOCK_DST_INVALID	BIT(8)
#define XTEST_STOCK_DOORBELL_OK		BIT(9)
#define XTEST_STOCK_ENABLE_DOORBELL_OK	BIT(10)
#define XTEST_STOCK_ENABLE_DOORBELL_FAIL	BIT(11)
#define XTEST_STOCK_DISABLE_DOORBELL_OK	BIT(12)
#define XTEST_STOCK_DISABLE_DOORBELL_FAIL	BIT(13)
#define XTEST_STOCK_SET_SUBRANGES_OK	BIT(14)
#define XTEST_STOCK_SET_SUBRANGES_FAIL	BIT(15)
#define XTEST_STOCK_CLEAR_SUBRANGES_OK	BIT(16)
#define XTEST_STOCK_CLEAR_SUBRANGES_FAIL	BIT(17)
#define XTEST_STOCK_NO_RESOURCE		BIT(18)

#define XTEST_STOCK_USE_DMA	BIT(0)

#define XTEST_STOCK_CAP_UNALIGNED	BIT(0)
#define XTEST_STOCK_CAP_MSI		BIT(1)
#define XTEST_STOCK_CAP_MSIX		BIT(2)
#define XTEST_STOCK_CAP_INTX		BIT(3)
#define XTEST_STOCK_CAP_SUBRANGES	BIT(4)
#define XTEST_STOCK_CAP_DYNAMIC_INBOUND	BIT(5)
#define XTEST_STOCK_CAP_BAR0_RESERVED	BIT(6)	/* the others follow */

/* The ranges that a BAR is cut into, all of one size. */
#define XTEST_STOCK_NUM_SUBRANGES	2

/* What the endpoint fills range @i of a BAR with, for the host to see. */
static inline u8 xtest_stock_subrange_byte(unsigned int bar, unsigned int i)
{
	return 0x50 + bar * 8 + i;
}

/**
 * struct xtest_stock_registers - registers of the kernel's test function
 * @magic: not used
 * @command: one of XTEST_STOCK_RAISE_INTX to _CLEAR_SUBRANGES; the endpoint
 *	clears it
 * @status: what became of it
 * @src_addr: PCI address
 * @dst_addr: PCI address
 * @size: bytes; or the BAR that is meant by _SET_ and _CLEAR_SUBRANGES
 * @checksum: crc32_le(~0) of the data, from whoever wrote it
 * @irq_type: XTEST_STOCK_IRQ_*
 * @irq_number: from 1
 * @flags: XTEST_STOCK_USE_DMA
 * @caps: XTEST_STOCK_CAP_*
 * @doorbell_bar: BAR of the doorbell while it is enabled, or ~0
 * @doorbell_offset: of the doorbell in its BAR
 * @doorbell_data: what to write there
 */
struct xtest_stock_registers {
	__le32 magic;
	__le32 command;
	__le32 status;
	__le64 src_addr;
	__le64 dst_addr;
	__le32 size;
	__le32 checksum;
	__le32 irq_type;
	__le32 irq_number;
	__le32 flags;
	__le32 caps;
	__le32 doorbell_bar;
	__le32 doorbell_offset;
	__le32 doorbell_data;
} __packed;

#endif
