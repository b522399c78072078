// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "array.h"
#include "ports.h"
#include "ports-dump.h"

#define EXP 0x40
#define MSI 0x80

static void put(struct config_space *space, size_t where, size_t length,
		uint32_t value)
{
	for (size_t i = 0; i < length; i++)
		space->bytes[where + i] = value >> 8 * i;
}

/* A port of a type, with a PCI Express capability and, below it, MSI. */
static struct config_space make_port(unsigned int type, unsigned int message,
				     unsigned int order)
{
	struct config_space space = { .size = CONFIG_SPACE_SIZE };

	put(&space, 0x00, 4, 0x00011af4);
	put(&space, 0x04, 4, 0x00100007);
	put(&space, 0x08, 4, 0x06040000);
	put(&space, 0x0e, 1, 1);
	put(&space, 0x19, 2, 0x0201);
	put(&space, 0x34, 1, EXP);
	put(&space, 0x3d, 1, 1);
	put(&space, EXP, 4, (2 | type << 4 | message << 9) << 16 | MSI << 8 |
				    0x10);
	put(&space, MSI, 4, order << 17 | 5);
	return space;
}

static struct port_hardware parse(const struct config_space *space)
{
	struct port_hardware hardware;

	port_hardware_parse(space, &hardware);
	return hardware;
}

static void types_and_message_numbers_are_found(void **state)
{
	static const struct {
		unsigned int type;
		enum port_type expected;
		bool pme;
	} cases[] = {
		{ 4, PORT_ROOT, true },
		{ 5, PORT_UPSTREAM, false },
		{ 6, PORT_DOWNSTREAM, false },
		{ 10, PORT_EVENT_COLLECTOR, true },
		{ 0, PORT_NONE, false },
		{ 7, PORT_NONE, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct config_space space = make_port(cases[i].type, 21, 3);
		struct port_hardware hardware = parse(&space);

		assert_int_equal(hardware.type, cases[i].expected);
		assert_int_equal(hardware.services[SERVICE_PME].capable,
				 cases[i].pme);
		if (cases[i].pme)
			assert_int_equal(hardware.services[SERVICE_PME].message,
					 21);
		assert_int_equal(hardware.msi.offered, 8);
		assert_int_equal(hardware.num_faults, 0);
		assert_int_equal(port_hardware_is_port(&hardware),
				 cases[i].expected != PORT_NONE);
	}
}

static void slots_count_only_where_there_is_one(void **state)
{
	struct config_space space = make_port(6, 0, 0);

	put(&space, EXP + 0x14, 4, 0x40);
	assert_false(parse(&space).services[SERVICE_HOTPLUG].capable);
	put(&space, EXP + 3, 1, 0x01);
	assert_true(parse(&space).services[SERVICE_HOTPLUG].capable);
}

static void speeds_are_counted_as_the_kernel_does(void **state)
{
	static const struct {
		uint32_t lnkcap, lnkcap2;
		unsigned int speeds;
	} cases[] = {
		{ 1, 0, 1 },    { 2, 0, 2 },    { 3, 0, 0 },
		{ 3, 0x0e, 3 }, { 1, 0x02, 1 }, { 2, 0x1e, 2 },
		{ 5, 0x3e, 5 }, { 5, 0x20, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct config_space space = make_port(4, 0, 0);

		put(&space, EXP + 0x0c, 4, cases[i].lnkcap);
		put(&space, EXP + 0x2c, 4, cases[i].lnkcap2);
		assert_int_equal(parse(&space).speeds, cases[i].speeds);
	}
}

static void events_are_pending_only_with_their_enables(void **state)
{
	struct config_space space = make_port(4, 0, 0);
	struct service_hardware aer;

	put(&space, 0x100, 4, 0x00020001);
	put(&space, 0x130, 4, 1);
	aer = parse(&space).services[SERVICE_AER];
	assert_true(aer.capable && !aer.enabled && !aer.pending);
	put(&space, 0x12c, 4, 2);
	aer = parse(&space).services[SERVICE_AER];
	assert_true(aer.enabled && !aer.pending);
	put(&space, 0x12c, 4, 1);
	aer = parse(&space).services[SERVICE_AER];
	assert_true(aer.enabled && aer.pending);
}

static void every_byte_may_be_anything(void **state)
{
	struct config_space space = make_port(4, 0, 0);

	put(&space, 0x100, 4, 0x14820001);
	put(&space, 0x148, 4, 0x0001001d);
	for (size_t size = 0; size <= CONFIG_SPACE_SIZE; size += 4) {
		space.size = size;
		parse(&space);
	}
	for (size_t i = 0; i < 0x200; i++)
		for (unsigned int value = 0; value < 256; value++) {
			uint8_t before = space.bytes[i];

			space.bytes[i] = value;
			parse(&space);
			space.bytes[i] = before;
		}
}

static void the_rule_takes_the_highest_message_number(void **state)
{
	struct config_space space = make_port(4, 2, 3);
	struct pci_functions functions = { 0 };
	struct machine machine = { 0 };
	struct ports ports;

	put(&space, 0x100, 4, 0x14820001);
	put(&space, 0x130, 4, 5u << 27);
	put(&space, 0x148, 4, 0x0001001d);
	put(&space, 0x14c, 2, 3);
	pci_functions_add(&functions, 0, 0, 1, 0)->space = space;
	assert_int_equal(ports_join(&functions, &machine, &ports), 0);
	assert_int_equal(ports.count, 1);
	assert_int_equal(ports.items[0].needed, 6);
	assert_int_equal(ports.items[0].num_findings, 0);
	assert_int_equal(ports.items[0].advice[ADVICE_ALLOCATE_N].vectors, 8);
	assert_false(ports.items[0].advice[ADVICE_DYNAMIC_MSIX].possible);
	ports_free(&ports);

	/* One number out of reach is a finding. */
	put(&functions.items[0].space, MSI, 4, 2 << 17 | 5);
	assert_int_equal(ports_join(&functions, &machine, &ports), 0);
	assert_int_equal(ports.items[0].num_findings, 1);
	assert_string_equal(ports.items[0].findings[0].name,
			    "message-beyond-port");
	assert_int_equal(ports.items[0].findings[0].service, SERVICE_AER);
	ports_free(&ports);
	pci_functions_free(&functions);
}

static void options_are_found_among_others(void **state)
{
	char line[] = "root=/dev/sda pci=nomsi,noaer xpci=nocrs pcie_ports=native\n";
	struct machine machine = { .options = line };

	assert_true(machine_has_option(&machine, "pci", "nomsi"));
	assert_true(machine_has_option(&machine, "pci", "noaer"));
	assert_true(machine_has_option(&machine, "pcie_ports", "native"));
	assert_false(machine_has_option(&machine, "pci", "noae"));
	assert_false(machine_has_option(&machine, "pci", "nocrs"));
	assert_false(machine_has_option(&machine, "pcie_ports", "compat"));
	machine.options = NULL;
	assert_false(machine_has_option(&machine, "pci", "nomsi"));
}

static void interrupts_are_counted_over_all_processors(void **state)
{
	static const char text[] =
		"           CPU0       CPU1\n"
		" 24:         40          2  PCI-MSI 0-edge      PCIe PME, pciehp\n"
		" 25:          1          1\n"
		"NMI:          7          7  Non-maskable interrupts\n"
		" 26:          x          1  broken\n"
		"99999999999:  1          1  out of range\n"
		"ERR:          0\n";
	struct interrupt_table table;
	const struct interrupt_line *line;

	assert_int_equal(interrupt_table_parse(text, &table), 0);
	assert_int_equal(table.count, 2);
	line = interrupt_table_find(&table, 24);
	assert_int_equal(line->count, 42);
	assert_true(interrupt_line_has_handler(line, "pciehp"));
	assert_true(interrupt_line_has_handler(line, "PCIe PME"));
	assert_false(interrupt_line_has_handler(line, "PME"));
	assert_false(interrupt_line_has_handler(line, "pcieh"));
	assert_null(interrupt_table_find(&table, 26));
	interrupt_table_free(&table);

	assert_int_equal(interrupt_table_parse("", &table), 0);
	assert_int_equal(table.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_and_message_numbers_are_found),
		cmocka_unit_test(slots_count_only_where_there_is_one),
		cmocka_unit_test(speeds_are_counted_as_the_kernel_does),
		cmocka_unit_test(events_are_pending_only_with_their_enables),
		cmocka_unit_test(every_byte_may_be_anything),
		cmocka_unit_test(the_rule_takes_the_highest_message_number),
		cmocka_unit_test(options_are_found_among_others),
		cmocka_unit_test(interrupts_are_counted_over_all_processors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
