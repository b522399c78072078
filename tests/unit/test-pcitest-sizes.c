// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "array.h"
#include "sizes.h"

static void numbers_are_taken_whole_and_unsigned(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t number;
	} cases[] = {
		{ "0", 0, 0 },
		{ "42", 0, 42 },
		{ "0x10", 0, 16 },
		{ "010", 0, 8 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE },
		{ "", -EINVAL },
		{ " 1", -EINVAL },
		{ "-1", -EINVAL },
		{ "+1", -EINVAL },
		{ "1x", -EINVAL },
		{ "1 ", -EINVAL },
		{ "0x", -EINVAL },
		{ "four", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t number = 7;

		assert_int_equal(number_parse(cases[i].text, &number),
				 cases[i].err);
		assert_int_equal(number, cases[i].err ? 7 : cases[i].number);
	}
}

static void sizes_may_have_a_unit(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t bytes;
	} cases[] = {
		{ "1", 0, 1 },
		{ "4K", 0, 4096 },
		{ "4k", 0, 4096 },
		{ "1M", 0, 1048576 },
		{ "2G", 0, 2147483648 },
		{ "0x19000", 0, 102400 },
		{ "0", -ERANGE },
		{ "0K", -ERANGE },
		{ "99999999999999999G", -ERANGE },
		{ "1KB", -EINVAL },
		{ "1T", -EINVAL },
		{ "K", -EINVAL },
		{ "-1", -EINVAL },
		{ "", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t bytes = 7;

		assert_int_equal(size_parse(cases[i].text, &bytes),
				 cases[i].err);
		assert_int_equal(bytes, cases[i].err ? 7 : cases[i].bytes);
	}
}

static void a_list_keeps_its_order(void **state)
{
	struct sizes sizes;

	assert_int_equal(sizes_parse("4K,1,1M", 0, &sizes), 0);
	assert_int_equal(sizes.count, 3);
	assert_int_equal(sizes.list[0].bytes, 4096);
	assert_int_equal(sizes.list[1].bytes, 1);
	assert_int_equal(sizes.list[2].bytes, 1048576);
	assert_int_equal(sizes.list[2].random, 0);
	sizes_free(&sizes);
}

static void a_list_with_a_bad_word_is_refused(void **state)
{
	static const char *const lists[] = {
		"", ",", "1,", ",1", "1,,2", "1,two", "random,0", "1;2",
	};
	struct sizes sizes = { .count = 7 };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		assert_true(sizes_parse(lists[i], 0, &sizes) < 0);
	assert_int_equal(sizes.count, 7);
}

/* These numbers are what makes a report of one machine one of another's. */
static void random_sizes_follow_from_the_seed(void **state)
{
	static const uint64_t expected[] = { 1, 14, 671, 30, 891 };
	struct sizes sizes;

	assert_int_equal(sizes_parse("random", 1, &sizes), 0);
	assert_int_equal(sizes.count, SIZES_RANDOM);
	for (size_t i = 0; i < SIZES_RANDOM; i++) {
		assert_int_equal(sizes.list[i].bytes, expected[i]);
		assert_int_equal(sizes.list[i].random, i + 1);
	}
	sizes_free(&sizes);
}

static void random_sizes_stay_in_their_range(void **state)
{
	struct sizes sizes;

	for (uint64_t seed = 0; seed < 2000; seed++) {
		assert_int_equal(sizes_parse("random", seed, &sizes), 0);
		for (size_t i = 0; i < sizes.count; i++)
			assert_in_range(sizes.list[i].bytes, 1,
					SIZES_RANDOM_MAX);
		sizes_free(&sizes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_taken_whole_and_unsigned),
		cmocka_unit_test(sizes_may_have_a_unit),
		cmocka_unit_test(a_list_keeps_its_order),
		cmocka_unit_test(a_list_with_a_bad_word_is_refused),
		cmocka_unit_test(random_sizes_follow_from_the_seed),
		cmocka_unit_test(random_sizes_stay_in_their_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
