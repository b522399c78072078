// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors

/* The suites on devices of each convention, sound and broken. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "array.h"
#include "device.h"
#include "sizes.h"
#include "test.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

/* A driver and the endpoint behind it. */
struct fake {
	enum abi abi;
	bool disabled_bar_passes;   /* as in Linux 6.12 */
	int bar_result[6];          /* 0 or -errno */
	unsigned int granted[3];    /* vectors, by kind; 0: type refused */
	unsigned int dead_from;     /* first vector that is not raised */
	unsigned int wrong;         /* vector that comes as another */
	bool odd_are_dead;          /* vectors 1, 3, 5 and so on */
	bool transfers_fail;
	unsigned long stuck;        /* command that is never answered */
	unsigned long interrupted;  /* command that a signal ends */
	unsigned long fatal;        /* command that the process dies of */
	int type;
	unsigned int requests, bars_touched, transfers;
	uint64_t bytes[64];
};

static int encode(const struct fake *fake, int err)
{
	return fake->abi == ABI_BOOL ? !err : err;
}

static int raise_vector(struct fake *fake, int type, unsigned int vector,
			struct answer *answer)
{
	if (fake->type != type || vector > fake->granted[type] ||
	    (fake->dead_from && vector >= fake->dead_from) ||
	    (fake->odd_are_dead && vector % 2)) {
		answer->duration_ns = NSEC_PER_SEC;
		return -ETIMEDOUT;
	}
	return vector == fake->wrong ? -EIO : 0;
}

static int test_bar(struct fake *fake, unsigned long bar)
{
	int err = fake->bar_result[bar];

	fake->bars_touched++;
	if (err == -ENODATA && fake->disabled_bar_passes)
		return 1;
	/* Both conventions refuse a BAR that is not theirs to test. */
	return err == -EINVAL ? err : encode(fake, err);
}

static int set_type(struct fake *fake, unsigned long type)
{
	if (type > INTERRUPT_MSIX)
		return encode(fake, -EINVAL);
	if (!fake->granted[type])
		return encode(fake, -ENOSPC);
	fake->type = (int)type;
	return encode(fake, 0);
}

static int fake_request(void *data, const struct request *request,
			uint64_t timeout_ns, struct answer *answer)
{
	struct fake *fake = data;

	fake->requests++;
	if (request->command == fake->stuck)
		return -ETIME;
	if (request->command == fake->interrupted)
		return -EINTR;
	if (request->command == fake->fatal)
		return -EPIPE;

	answer->duration_ns = 1000;
	switch (request->command) {
	case PCITEST_SET_IRQTYPE:
		answer->result = set_type(fake, request->argument);
		break;
	case PCITEST_BAR:
		answer->result = test_bar(fake, request->argument);
		break;
	case PCITEST_INTX_IRQ:
		answer->result = encode(fake, raise_vector(
			fake, INTERRUPT_INTX, 1, answer));
		break;
	case PCITEST_MSI:
	case PCITEST_MSIX:
		answer->result = encode(fake, raise_vector(
			fake, request->command == PCITEST_MSI ? INTERRUPT_MSI
							      : INTERRUPT_MSIX,
			request->argument, answer));
		break;
	case PCITEST_READ:
	case PCITEST_WRITE:
	case PCITEST_COPY:
		fake->bytes[fake->transfers++ % ARRAY_SIZE(fake->bytes)] =
			request->bytes;
		answer->result = encode(fake,
					fake->transfers_fail ? -EIO : 0);
		break;
	default:
		answer->result = -EINVAL;
	}
	return 0;
}

static int fake_granted_vectors(void *data)
{
	struct fake *fake = data;

	return fake->type < 0 ? -ENOENT : (int)fake->granted[fake->type];
}

static const struct device_ops fake_ops = {
	.request = fake_request,
	.granted_vectors = fake_granted_vectors,
};

/* A run of one suite on one fake. */
struct rig {
	struct fake fake;
	struct device device;
	struct endpoint endpoint;
	struct session session;
	struct sizes sizes;
	struct parameters parameters;
	struct plan plan;
};

static void setup(struct rig *rig, enum abi abi)
{
	*rig = (struct rig){
		.fake = {
			.abi = abi,
			.granted = { 1, 4, 40 },
			.type = -1,
		},
		.endpoint = {
			.vendor = 0x104c,
			.device = 0xb500,
			.config_readable = true,
			.intx_pin = 1,
			.msi_vectors = 4,
			.msix_vectors = 40,
			.driver = (char *)"pci-endpoint-test",
		},
	};
	for (int i = 0; i < ENDPOINT_BARS; i++)
		rig->endpoint.bars[i].size = 4096;
	rig->device = (struct device){
		.ops = &fake_ops,
		.data = &rig->fake,
		.timeout = 1,
		.pid = 4711,
	};
	rig->session = (struct session){
		.device = &rig->device,
		.endpoint = &rig->endpoint,
		.interrupt = INTERRUPT_NONE,
	};
	rig->parameters.sizes = &rig->sizes;
	assert_int_equal(sizes_parse("1,1025", 0, &rig->sizes), 0);
}

static void run(struct rig *rig, const struct suite *suite)
{
	assert_int_equal(device_probe_abi(&rig->device), 0);
	assert_int_equal(rig->device.abi, rig->fake.abi);
	suite->plan(&rig->plan, &rig->parameters);
	for (size_t i = 0; i < rig->plan.count; i++)
		test_run(&rig->plan.tests[i], &rig->session);
}

static void teardown(struct rig *rig)
{
	plan_free(&rig->plan);
	sizes_free(&rig->sizes);
}

static const struct test *find(const struct rig *rig, const char *name)
{
	for (size_t i = 0; i < rig->plan.count; i++)
		if (strcmp(rig->plan.tests[i].name, name) == 0)
			return &rig->plan.tests[i];
	fail_msg("no test %s", name);
	return NULL;
}

static void assert_test(const struct rig *rig, const char *name,
			enum test_result result, const char *reason)
{
	const struct test *test = find(rig, name);

	if (test->result != result || !strstr(test->reason, reason))
		fail_msg("%s: %s: %s", name, test_result_name(test->result),
			 test->reason);
	if (result != TEST_PASS)
		assert_string_not_equal(test->reason, "");
}

static const enum abi conventions[] = { ABI_BOOL, ABI_ERRNO };

static void a_sound_device_passes_everything(void **state)
{
	struct rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		setup(&rig, conventions[i]);
		rig.parameters.dma = DMA_ON;
		run(&rig, &suite_bar);
		suite_irq.plan(&rig.plan, &rig.parameters);
		suite_xfer.plan(&rig.plan, &rig.parameters);
		for (size_t j = 0; j < rig.plan.count; j++)
			test_run(&rig.plan.tests[j], &rig.session);
		/* bar, irq, and xfer: kinds, directions, sizes, DMA */
		assert_int_equal(rig.plan.count, 6 + 3 + 3 * 3 * 2 * 2);
		for (size_t j = 0; j < rig.plan.count; j++)
			assert_int_equal(rig.plan.tests[j].result, TEST_PASS);
		assert_int_equal(find(&rig, "irq.msix")->vectors, 40);
		assert_int_equal(find(&rig, "bar.0")->bytes, 4);
		assert_int_equal(find(&rig, "bar.1")->bytes, 4096);
		teardown(&rig);
	}
}

static void a_bar_that_is_not_there_is_not_touched(void **state)
{
	struct rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		setup(&rig, conventions[i]);
		rig.fake.disabled_bar_passes = true;
		rig.endpoint.bars[2].wide = true;
		rig.endpoint.bars[3].size = 0;
		rig.endpoint.bars[3].upper_half = true;
		rig.endpoint.bars[4].size = 0;
		rig.endpoint.bars[5].io = true;
		run(&rig, &suite_bar);
		assert_test(&rig, "bar.2", TEST_PASS, "");
		assert_test(&rig, "bar.3", TEST_SKIP,
			    "upper half of the 64-bit BAR 2");
		assert_test(&rig, "bar.4", TEST_SKIP, "no BAR 4");
		assert_test(&rig, "bar.5", TEST_SKIP, "I/O");
		assert_int_equal(rig.fake.bars_touched, 3);
		teardown(&rig);
	}
}

static void a_bar_that_the_endpoint_keeps_is_skipped(void **state)
{
	struct rig rig;

	setup(&rig, ABI_ERRNO);
	rig.fake.bar_result[1] = -ENODATA;
	rig.fake.bar_result[2] = -ENOBUFS;
	rig.fake.bar_result[3] = -EINVAL;
	run(&rig, &suite_bar);
	assert_test(&rig, "bar.1", TEST_SKIP, "disabled");
	assert_test(&rig, "bar.2", TEST_SKIP, "reserved");
	assert_test(&rig, "bar.3", TEST_SKIP, "does not test");
	teardown(&rig);
}

static void a_bar_with_other_content_fails(void **state)
{
	struct rig rig;

	setup(&rig, ABI_ERRNO);
	rig.fake.bar_result[1] = -EIO;
	run(&rig, &suite_bar);
	assert_test(&rig, "bar.1", TEST_FAIL, strerror(EIO));
	teardown(&rig);

	setup(&rig, ABI_BOOL);
	rig.fake.bar_result[1] = -EIO;
	run(&rig, &suite_bar);
	assert_test(&rig, "bar.1", TEST_FAIL, "kernel log");
	teardown(&rig);
}

static void kinds_that_the_function_has_not_are_skipped(void **state)
{
	struct rig rig;

	setup(&rig, ABI_ERRNO);
	rig.endpoint.intx_pin = 0;
	rig.endpoint.msix_vectors = 0;
	run(&rig, &suite_irq);
	assert_test(&rig, "irq.intx", TEST_SKIP, "the function has no INTx");
	assert_test(&rig, "irq.msi", TEST_PASS, "");
	assert_test(&rig, "irq.msix", TEST_SKIP, "the function has no MSI-X");
	teardown(&rig);
}

static void kinds_that_the_host_refuses_are_skipped(void **state)
{
	struct rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		setup(&rig, conventions[i]);
		rig.fake.granted[INTERRUPT_MSI] = 0;
		run(&rig, &suite_irq);
		assert_test(&rig, "irq.msi", TEST_SKIP,
			    "the host cannot set up MSI");
		assert_test(&rig, "irq.msix", TEST_PASS, "");
		teardown(&rig);
	}
}

static void vectors_are_those_that_the_host_granted(void **state)
{
	struct rig rig;

	setup(&rig, ABI_BOOL);
	rig.fake.granted[INTERRUPT_MSI] = 1;
	run(&rig, &suite_irq);
	assert_test(&rig, "irq.msi", TEST_PASS, "");
	assert_int_equal(find(&rig, "irq.msi")->vectors, 1);
	teardown(&rig);
}

static void vectors_are_found_without_the_right_to_read_them(void **state)
{
	struct rig rig;

	setup(&rig, ABI_ERRNO);
	rig.endpoint.config_readable = false;
	rig.endpoint.intx_pin = 0;
	rig.endpoint.msi_vectors = 0;
	rig.endpoint.msix_vectors = 0;
	run(&rig, &suite_irq);
	assert_int_equal(find(&rig, "irq.intx")->vectors, 1);
	assert_int_equal(find(&rig, "irq.msi")->vectors, 4);
	assert_int_equal(find(&rig, "irq.msix")->vectors, 40);
	teardown(&rig);
}

static void a_missing_vector_is_named(void **state)
{
	struct rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		setup(&rig, conventions[i]);
		rig.fake.dead_from = 3;
		run(&rig, &suite_irq);
		assert_test(&rig, "irq.msi", TEST_FAIL,
			    "vector 3-4 of 4: no interrupt within 1 s");
		/* Half an hour is not spent on 2048 of them. */
		assert_test(&rig, "irq.msix", TEST_FAIL,
			    "vector 3-10 of 40: no interrupt within 1 s; the others were not tried");
		assert_int_equal(find(&rig, "irq.msix")->vectors, 10);
		teardown(&rig);
	}
}

static void a_wrong_vector_is_not_taken_for_silence(void **state)
{
	struct rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		setup(&rig, conventions[i]);
		rig.fake.wrong = 2;
		run(&rig, &suite_irq);
		assert_test(&rig, "irq.msi", TEST_FAIL,
			    "vector 2 of 4: no interrupt, or not of the right vector");
		teardown(&rig);
	}
}

/* The kernel would wait for it without end. */
static void no_transfer_is_begun_without_interrupts(void **state)
{
	struct rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		setup(&rig, conventions[i]);
		rig.fake.dead_from = 1;
		run(&rig, &suite_xfer);
		assert_test(&rig, "xfer.read.msi.1", TEST_SKIP,
			    "the interrupt that would end it does not arrive");
		assert_int_equal(rig.fake.transfers, 0);
		teardown(&rig);
	}
}

static void transfers_have_the_sizes_that_were_asked_for(void **state)
{
	struct rig rig;

	setup(&rig, ABI_BOOL);
	rig.parameters.dma = DMA_OFF;
	run(&rig, &suite_xfer);
	assert_int_equal(rig.plan.count, 3 * 3 * 2);
	assert_int_equal(rig.fake.bytes[0], 1);
	assert_int_equal(rig.fake.bytes[1], 1025);
	assert_string_equal(rig.plan.tests[0].name, "xfer.read.intx.1");
	teardown(&rig);
}

static void a_transfer_that_fails_is_a_failure(void **state)
{
	struct rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		setup(&rig, conventions[i]);
		rig.fake.transfers_fail = true;
		run(&rig, &suite_xfer);
		assert_test(&rig, "xfer.copy.msix.1025", TEST_FAIL, "");
		teardown(&rig);
	}
}

static void dma_is_not_guessed(void **state)
{
	struct rig rig;

	setup(&rig, ABI_ERRNO);
	rig.parameters.dma = DMA_AUTO;
	run(&rig, &suite_xfer);
	assert_test(&rig, "xfer.dma", TEST_SKIP, "--dma on");
	assert_int_equal(rig.fake.transfers, rig.plan.count - 1);
	teardown(&rig);
}

static void after_a_time_out_nothing_more_is_asked(void **state)
{
	unsigned int requests;
	struct rig rig;

	setup(&rig, ABI_BOOL);
	rig.fake.stuck = PCITEST_WRITE;
	run(&rig, &suite_xfer);
	assert_test(&rig, "xfer.read.intx.1025", TEST_PASS, "");
	assert_test(&rig, "xfer.write.intx.1", TEST_FAIL,
		    "no answer within 1 s; process 4711 stays in the kernel");
	assert_test(&rig, "xfer.write.intx.1025", TEST_SKIP,
		    "not run: an earlier test got no answer within 1 s");
	assert_test(&rig, "xfer.copy.msix.1025", TEST_SKIP, "not run");

	requests = rig.fake.requests;
	for (size_t i = 0; i < rig.plan.count; i++)
		test_run(&rig.plan.tests[i], &rig.session);
	assert_int_equal(rig.fake.requests, requests);
	teardown(&rig);
}

/* When it sets the interrupts up, or waits for the one that it needs. */
static void a_time_out_before_a_test_is_that_of_the_test(void **state)
{
	static const unsigned long commands[] = {
		PCITEST_SET_IRQTYPE, PCITEST_INTX_IRQ,
	};
	struct rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		setup(&rig, ABI_ERRNO);
		assert_int_equal(device_probe_abi(&rig.device), 0);
		rig.fake.stuck = commands[i];
		suite_xfer.plan(&rig.plan, &rig.parameters);
		test_run(&rig.plan.tests[0], &rig.session);
		assert_test(&rig, "xfer.read.intx.1", TEST_FAIL,
			    "no answer within");
		assert_int_equal(rig.fake.transfers, 0);
		teardown(&rig);
	}
}

static void a_process_that_dies_is_a_failure(void **state)
{
	struct rig rig;

	setup(&rig, ABI_ERRNO);
	rig.fake.fatal = PCITEST_WRITE;
	run(&rig, &suite_xfer);
	assert_test(&rig, "xfer.read.intx.1025", TEST_PASS, "");
	assert_test(&rig, "xfer.write.intx.1", TEST_FAIL,
		    "no answer from the process that uses the device: Broken pipe");
	assert_test(&rig, "xfer.write.intx.1025", TEST_SKIP, "not run");
	teardown(&rig);
}

/* As many as there is room for. */
static void missing_vectors_are_too_many_to_name(void **state)
{
	const char *reason;
	struct rig rig;

	setup(&rig, ABI_ERRNO);
	rig.fake.granted[INTERRUPT_MSIX] = rig.endpoint.msix_vectors = 200;
	rig.fake.odd_are_dead = true;
	run(&rig, &suite_irq);
	assert_test(&rig, "irq.msi", TEST_FAIL, "vector 1,3 of 4: no interrupt");
	assert_test(&rig, "irq.msix", TEST_FAIL, "vector 1,3,5,7,9,11,");
	reason = find(&rig, "irq.msix")->reason;
	assert_non_null(strstr(reason, ",... of 200: no interrupt within 1 s"));
	assert_ptr_equal(strstr(reason, "..."), strrchr(reason, '.') - 2);
	assert_int_equal(find(&rig, "irq.msix")->vectors, 200);
	teardown(&rig);
}

static void a_signal_is_no_failure(void **state)
{
	struct rig rig;

	setup(&rig, ABI_BOOL);
	rig.fake.interrupted = PCITEST_MSI;
	run(&rig, &suite_irq);
	assert_test(&rig, "irq.intx", TEST_PASS, "");
	assert_test(&rig, "irq.msi", TEST_SKIP, "interrupted");
	assert_test(&rig, "irq.msix", TEST_SKIP, "interrupted");
	teardown(&rig);
}

static void results_are_judged_by_the_convention(void **state)
{
	enum abi abi = ABI_ERRNO;

	assert_int_equal(abi_judge(ABI_BOOL, 1), 0);
	assert_int_equal(abi_judge(ABI_BOOL, 0), -EIO);
	assert_int_equal(abi_judge(ABI_BOOL, -EINVAL), -EINVAL);
	assert_int_equal(abi_judge(ABI_BOOL, 2), -EPROTO);
	assert_int_equal(abi_judge(ABI_ERRNO, 0), 0);
	assert_int_equal(abi_judge(ABI_ERRNO, -ETIMEDOUT), -ETIMEDOUT);
	assert_int_equal(abi_judge(ABI_ERRNO, 1), -EPROTO);

	assert_int_equal(abi_from_probe(0, &abi), 0);
	assert_int_equal(abi, ABI_BOOL);
	assert_int_equal(abi_from_probe(-EINVAL, &abi), 0);
	assert_int_equal(abi, ABI_ERRNO);
	assert_int_equal(abi_from_probe(1, &abi), -EPROTO);
	assert_int_equal(abi_from_probe(-ENOTTY, &abi), -ENOTTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_judged_by_the_convention),
		cmocka_unit_test(a_sound_device_passes_everything),
		cmocka_unit_test(a_bar_that_is_not_there_is_not_touched),
		cmocka_unit_test(a_bar_that_the_endpoint_keeps_is_skipped),
		cmocka_unit_test(a_bar_with_other_content_fails),
		cmocka_unit_test(kinds_that_the_function_has_not_are_skipped),
		cmocka_unit_test(kinds_that_the_host_refuses_are_skipped),
		cmocka_unit_test(vectors_are_those_that_the_host_granted),
		cmocka_unit_test(
			vectors_are_found_without_the_right_to_read_them),
		cmocka_unit_test(a_missing_vector_is_named),
		cmocka_unit_test(a_wrong_vector_is_not_taken_for_silence),
		cmocka_unit_test(no_transfer_is_begun_without_interrupts),
		cmocka_unit_test(transfers_have_the_sizes_that_were_asked_for),
		cmocka_unit_test(a_transfer_that_fails_is_a_failure),
		cmocka_unit_test(dma_is_not_guessed),
		cmocka_unit_test(after_a_time_out_nothing_more_is_asked),
		cmocka_unit_test(a_time_out_before_a_test_is_that_of_the_test),
		cmocka_unit_test(a_process_that_dies_is_a_failure),
		cmocka_unit_test(missing_vectors_are_too_many_to_name),
		cmocka_unit_test(a_signal_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
