// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "array.h"
#include "crc32c.h"
#include "random.h"
#include "spread.h"

/* 1, 2, ... in another order */
static struct spread of_numbers(size_t count)
{
	uint64_t values[2000];

	for (size_t i = 0; i < count; i++)
		values[(i * 7919) % count] = i + 1;
	return spread_of(values, count);
}

static void one_value_is_all_there_is(void **state)
{
	struct spread spread = of_numbers(1);

	(void)state;
	assert_int_equal(spread.median, 1);
	assert_int_equal(spread.p99, 1);
	assert_int_equal(spread.low, 1);
	assert_int_equal(spread.high, 1);
}

static void median_is_a_value_that_was_measured(void **state)
{
	(void)state;
	assert_int_equal(of_numbers(3).median, 2);
	assert_int_equal(of_numbers(4).median, 2);
	assert_int_equal(of_numbers(101).median, 51);
}

static void p99_is_by_rank(void **state)
{
	(void)state;
	assert_int_equal(of_numbers(99).p99, 99);
	assert_int_equal(of_numbers(100).p99, 99);
	assert_int_equal(of_numbers(200).p99, 198);
	assert_int_equal(of_numbers(1000).p99, 990);
}

/* Ranks from the tables of the sign test, two-sided, 5 %. */
static void interval_is_by_order_statistics(void **state)
{
	static const struct {
		size_t count;
		uint64_t low, high;
	} cases[] = {
		{ 2, 1, 2 }, { 5, 1, 5 }, { 6, 1, 6 }, { 8, 1, 8 },
		{ 9, 2, 8 }, { 10, 2, 9 }, { 12, 3, 10 }, { 15, 4, 12 },
		{ 20, 6, 15 }, { 25, 8, 18 }, { 50, 18, 33 },
		{ 100, 40, 61 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spread spread = of_numbers(cases[i].count);

		assert_int_equal(spread.low, cases[i].low);
		assert_int_equal(spread.high, cases[i].high);
		assert_int_equal(spread.min, 1);
		assert_int_equal(spread.max, cases[i].count);
	}
}

static void interval_of_many_is_nearly_the_same(void **state)
{
	struct spread few = of_numbers(1000), many = of_numbers(1001);

	(void)state;
	assert_in_range(few.low, many.low - 2, many.low + 2);
	assert_in_range(few.high, many.high - 2, many.high + 2);
}

static void crc_has_its_check_value(void **state)
{
	uint8_t zeros[32] = { 0 };
	uint32_t crc;

	(void)state;
	crc = crc32c_add(CRC32C_INIT, "123456789", 9);
	assert_int_equal(crc32c_value(crc), 0xe3069283);
	/* RFC 3720, B.4 */
	crc = crc32c_add(CRC32C_INIT, zeros, sizeof(zeros));
	assert_int_equal(crc32c_value(crc), 0x8a9136aa);
}

static void crc_of_pieces_is_that_of_the_whole(void **state)
{
	uint8_t data[1000];
	uint64_t seed = 1;
	uint32_t whole, pieces = CRC32C_INIT;
	size_t done = 0, part;

	(void)state;
	random_fill(&seed, data, sizeof(data));
	whole = crc32c_add(CRC32C_INIT, data, sizeof(data));
	while (done < sizeof(data)) {
		part = 1 + random_next(&seed) % 33;
		if (part > sizeof(data) - done)
			part = sizeof(data) - done;
		pieces = crc32c_add(pieces, data + done, part);
		done += part;
	}
	assert_int_equal(pieces, whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_value_is_all_there_is),
		cmocka_unit_test(median_is_a_value_that_was_measured),
		cmocka_unit_test(p99_is_by_rank),
		cmocka_unit_test(interval_is_by_order_statistics),
		cmocka_unit_test(interval_of_many_is_nearly_the_same),
		cmocka_unit_test(crc_has_its_check_value),
		cmocka_unit_test(crc_of_pieces_is_that_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
