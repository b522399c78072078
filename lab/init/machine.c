// SPDX-License-Identifier: GPL-2.0-or-later
// SPDX-FileCopyrightText: 2026 The epf-utils authors
/*
 * The machine inside: the files of the one outside, to be changed at will
 * and forgotten, and the file systems every program expects.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

/* The old root, until the new one is complete */
#define OUTSIDE		"/mnt"

#define SIM_GROUP	"/sys/kernel/config/pci_epc_sim"
#define SIM_NAME	"epc-sim.0"

/*
 * Without set-user-id: all is done by root, and root's programs may seem to be
 * somebody else's from within a user namespace.
 */
static void mount_one(const char *type, const char *target,
		      const char *options)
{
	if (mount(type, target, type, MS_NOSUID, options) < 0)
		fail("mount %s on %s: %s", type, target, strerror(errno));
}

static void make_directories(const char *path)
{
	char part[PATH_MAX];
	const char *end = path;

	while ((end = strchr(end + 1, '/'))) {
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		mkdir(part, 0755);
	}
	mkdir(path, 0755);
}

/*
 * /run and /dev start empty inside: fetch a folder from outside that is
 * hidden by them.
 */
void machine_show(const char *path)
{
	char outside[PATH_MAX];

	if (!path || !access(path, F_OK))
		return;
	snprintf(outside, sizeof(outside), OUTSIDE "%s", path);
	if (access(outside, F_OK) < 0)
		return;
	make_directories(path);
	if (mount(outside, path, NULL, MS_BIND, NULL) < 0)
		fail("%s: %s", path, strerror(errno));
}

/* The loopback interface is there, but down. */
static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail("lo: %s", strerror(errno));
	close(fd);
}

static void make_root(void)
{
	static const char * const folders[] = {
		"/mnt/root", "/mnt/upper", "/mnt/work",
		"/mnt/upper-tmp", "/mnt/work-tmp",
	};
	size_t i;

	mount_one("tmpfs", "/mnt", NULL);
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		mkdir(folders[i], 0755);
	chmod("/mnt/upper-tmp", 01777);
	mount_one("overlay", "/mnt/root",
		  "lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work");
	mount_one("overlay", "/mnt/root/tmp",
		  "lowerdir=/tmp,upperdir=/mnt/upper-tmp,workdir=/mnt/work-tmp");

	if (chdir("/mnt/root") < 0 || syscall(SYS_pivot_root, ".", "mnt") < 0 ||
	    chdir("/") < 0)
		fail("pivot_root: %s", strerror(errno));
}

void machine_set_up(const char *modules)
{
	struct utsname name;
	char path[PATH_MAX];

	make_root();
	mount_one("proc", "/proc", NULL);
	mount_one("sysfs", "/sys", NULL);
	mount_one("devtmpfs", "/dev", NULL);
	mkdir("/dev/pts", 0755);
	mkdir("/dev/shm", 01777);
	mount_one("devpts", "/dev/pts", "mode=620,ptmxmode=666");
	mount_one("tmpfs", "/dev/shm", NULL);
	mount_one("tmpfs", "/run", "mode=755");
	mount_one("configfs", "/sys/kernel/config", NULL);
	mount_one("debugfs", "/sys/kernel/debug", NULL);
	mount_one("tracefs", "/sys/kernel/tracing", NULL);

	/* What udev makes elsewhere; here there is none. */
	if (symlink("/proc/self/fd", "/dev/fd") < 0 ||
	    symlink("/proc/self/fd/0", "/dev/stdin") < 0 ||
	    symlink("/proc/self/fd/1", "/dev/stdout") < 0 ||
	    symlink("/proc/self/fd/2", "/dev/stderr") < 0)
		fail("/dev: %s", strerror(errno));

	machine_show(modules);
	uname(&name);
	make_directories("/lib/modules");
	snprintf(path, sizeof(path), "/lib/modules/%s", name.release);
	if (symlink(modules, path) < 0)
		fail("%s: %s", path, strerror(errno));

	if (sethostname("lab", 3) < 0)
		fail("hostname: %s", strerror(errno));
	loopback_up();
}

void machine_close_outside(void)
{
	if (umount2(OUTSIDE, MNT_DETACH) < 0)
		fail(OUTSIDE ": %s", strerror(errno));
}

/* Run a program; what it says of a failure is told outside. */
static void run_program(char *const argv[])
{
	int errors[2], status = -1;
	char said[1024];
	ssize_t size;
	pid_t pid;

	if (pipe2(errors, O_CLOEXEC) < 0)
		fail("pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		dup2(errors[1], STDERR_FILENO);
		execvp(argv[0], argv);
		dprintf(STDERR_FILENO, "%s: %s", argv[0], strerror(errno));
		_exit(127);
	}
	close(errors[1]);
	size = read(errors[0], said, sizeof(said) - 1);
	said[size > 0 ? size : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	close(errors[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		fail("%s", *said ? said : argv[0]);
}

static void set_knob(const char *name, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), SIM_GROUP "/" SIM_NAME "/%s", name);
	write_file(path, value);
}

/*
 * Bring the simulated controller up. The profile may be NULL; the knobs are
 * NAME=VALUE, in one text with spaces between.
 */
void machine_make_sim(const char *profile, char *knobs)
{
	char *knob, *name;

	run_program((char *[]){ "modprobe", "pci-epc-sim", NULL });
	if (mkdir(SIM_GROUP "/" SIM_NAME, 0755) < 0)
		fail(SIM_GROUP "/" SIM_NAME ": %s", strerror(errno));
	if (profile)
		set_knob("profile", profile);
	while ((knob = strsep(&knobs, " "))) {
		name = strsep(&knob, "=");
		if (knob)
			set_knob(name, knob);
	}
	set_knob("live", "1");
}

void machine_apply(char *file)
{
	run_program((char *[]){ "epfctl", "--quiet", "apply", file, NULL });
}

/* Is the simulated controller started? Otherwise nothing will be found. */
bool machine_started(void)
{
	FILE *file = fopen("/sys/kernel/config/pci_ep/controllers/" SIM_NAME
			   "/start", "re");
	int started = file ? getc(file) : 0;

	if (file)
		fclose(file);
	return started == '1';
}
