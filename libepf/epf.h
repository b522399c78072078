/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The epf-utils authors */

/**
 * @file epf.h
 * @brief libepf: set up the functions of a Linux PCI endpoint.
 *
 * A Linux machine that *is* a PCIe device is set up through configfs
 * (Documentation/PCI/endpoint/pci-endpoint-cfs.rst): an endpoint *function*
 * (EPF) is made from a driver, given its identity, linked to an endpoint
 * *controller* (EPC) and the controller is started. libepf reads that state as
 * an immutable snapshot (::epf_topology) and changes it through plans
 * (::epf_plan): lists of steps that are applied all together or not at all.
 *
 * Errors. Every function that can fail returns 0 or a negative errno; its
 * out-parameters are untouched on failure. The kernel's errno is passed on
 * unchanged. What failed, where, why and what to do about it is in the
 * context's error record, ::epf_ctx_get_error. errno(3) itself is not part of
 * the contract. The library's own codes:
 *
 * - -EINVAL     a value is out of range or of the wrong form
 * - -ESRCH      no function, controller or driver of that name
 * - -ENOTUNIQ   the name stands for more than one function
 * - -ENOENT     no attribute or link of that name
 * - -EEXIST     the object is there already
 * - -EALREADY   the controller is in the wanted state already
 * - -EBUSY      the object is in use (linked, or its controller is started)
 * - -EILSEQ     a file is not well-formed; the record has file, line and column
 * - -ETIMEDOUT  the kernel did not make a directory, or the link did not come
 *               up, within the time given
 * - -ENODEV     this kernel has no PCI endpoint configfs tree
 * - -ENOMEM     out of memory
 *
 * Pointers must not be NULL unless the function says otherwise; every free
 * function accepts NULL. Strings are UTF-8 and NUL-terminated. A context and
 * all that was made from it belong to one thread at a time; two contexts are
 * independent. The library prints nothing, never exits, loads no module unless
 * asked to, and keeps no global state.
 */

#ifndef EPF_H
#define EPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct epf_config;
struct epf_controller;
struct epf_ctx;
struct epf_diff;
struct epf_difference;
struct epf_driver;
struct epf_error;
struct epf_event;
struct epf_finding;
struct epf_findings;
struct epf_function;
struct epf_link;
struct epf_monitor;
struct epf_plan;
struct epf_step;
struct epf_topology;

/**
 * @defgroup ctx Context
 * Where the system is, and what went wrong last.
 * @{
 */

/** Load the module of a function's driver where it is not there yet. The
 *  endpoint framework itself is never a module. */
#define EPF_CTX_LOAD_MODULES (1u << 0)

/** Options of a context. Zero in any member but @p size means the default. */
struct epf_ctx_options {
	/** sizeof(struct epf_ctx_options), for later growth. */
	size_t size;
	/**
	 * Directory that stands for "/": the library uses
	 * ROOT/sys/kernel/config/pci_ep. Copied. Default: "/".
	 */
	const char *root;
	/** EPF_CTX_* flags. */
	unsigned int flags;
	/** How long to wait for directories that the kernel makes late, in
	 *  milliseconds. Default: 1000. */
	unsigned int timeout_ms;
	/** Called with one line (no newline) per change to configfs, done or
	 *  refused. */
	void (*log)(void *data, const char *line);
	/** Passed to @p log. */
	void *log_data;
};

/**
 * @brief Make a context.
 * @param options Options, or NULL for the defaults. Not kept.
 * @param ctx Set to the new context; free it with ::epf_ctx_free after all that
 *            was made from it.
 * @return 0, or -EINVAL (unknown flag, or a size this library does not know),
 *         -ENOMEM. There is no error record on failure.
 *
 * Succeeds on a machine without any endpoint: topologies are then empty.
 */
int epf_ctx_new(const struct epf_ctx_options *options, struct epf_ctx **ctx);

/** @brief Free a context. @param ctx Context, or NULL. */
void epf_ctx_free(struct epf_ctx *ctx);

/**
 * @brief The record of the last failure.
 * @param ctx Context.
 * @return The record, owned by the context and valid until the next call on it
 *         or on an object made from it; empty (errno 0) before any failure.
 */
const struct epf_error *epf_ctx_get_error(const struct epf_ctx *ctx);

/** @brief What failed. @return Positive errno, or 0 for an empty record. */
int epf_error_get_errno(const struct epf_error *error);
/**
 * @brief Operation, as "mkdir", "write", "symlink", "parse".
 * @return String or NULL.
 */
const char *epf_error_get_operation(const struct epf_error *error);
/**
 * @brief Path in the file system, or name of the object.
 * @return String or NULL.
 */
const char *epf_error_get_path(const struct epf_error *error);
/** @brief Value that was refused. @return String or NULL. */
const char *epf_error_get_value(const struct epf_error *error);
/** @brief Why, as a phrase without a full stop. @return String, never NULL. */
const char *epf_error_get_message(const struct epf_error *error);
/** @brief What to do about it. @return String or NULL. */
const char *epf_error_get_hint(const struct epf_error *error);
/**
 * @brief File of the configuration that asked for it; FILE:NODE where the file
 *        is a devicetree.
 * @return String or NULL.
 */
const char *epf_error_get_file(const struct epf_error *error);
/** @brief Line in that file, from 1. @return Line, or 0 for none. */
unsigned int epf_error_get_line(const struct epf_error *error);
/** @brief Column in that line, from 1. @return Column, or 0 for none. */
unsigned int epf_error_get_column(const struct epf_error *error);

/**
 * @}
 * @defgroup topology Topology
 * A snapshot of the running system. It never changes; take another one to see
 * what has. All objects and strings belong to the topology and live as long.
 * Objects are sorted by name (functions by driver, then name).
 * @{
 */

/** Which side of a function a link is on: an NTB function has two. */
enum epf_interface {
	EPF_INTERFACE_PRIMARY = 1,
	EPF_INTERFACE_SECONDARY = 2,
};

/**
 * @brief Read the state of the system.
 * @param ctx Context; must outlive the topology.
 * @param topology Set to the snapshot; free it with ::epf_topology_free.
 * @return 0, or -errno of reading the tree. A kernel without the endpoint
 *         framework gives an empty topology. A function or attribute that
 *         vanishes or cannot be read meanwhile is left out or has no value:
 *         one broken function does not hide the others.
 */
int epf_topology_new(struct epf_ctx *ctx, struct epf_topology **topology);
/** @brief Free a topology. @param topology Topology, or NULL. */
void epf_topology_free(struct epf_topology *topology);

/** @brief Number of drivers that offer functions. */
size_t epf_topology_get_num_drivers(const struct epf_topology *topology);
/** @brief Driver by index. @return Driver; @p index must be in range. */
const struct epf_driver *
epf_topology_get_driver(const struct epf_topology *topology, size_t index);
/** @brief Name, as the directory under functions/. */
const char *epf_driver_get_name(const struct epf_driver *driver);

/** @brief Number of controllers. */
size_t epf_topology_get_num_controllers(const struct epf_topology *topology);
/**
 * @brief Controller by index.
 * @return Controller; @p index must be in range.
 */
const struct epf_controller *
epf_topology_get_controller(const struct epf_topology *topology, size_t index);
/**
 * @brief Find a controller.
 * @param topology Topology.
 * @param name Its name under controllers/.
 * @param controller Set to the controller.
 * @return 0, or -ESRCH.
 */
int epf_topology_find_controller(const struct epf_topology *topology,
				 const char *name,
				 const struct epf_controller **controller);
/** @brief Name, as the directory under controllers/. */
const char *epf_controller_get_name(const struct epf_controller *controller);
/** Whether a controller's link to the host is up. */
enum epf_link_state {
	EPF_LINK_STATE_UNKNOWN = 1, /**< its driver does not say */
	EPF_LINK_STATE_DOWN = 2,
	EPF_LINK_STATE_UP = 3,
};

/** @brief Whether its link is up. Simulated controllers say it, and those of the
 *  DesignWare drivers where debugfs is mounted (Linux 6.15). */
enum epf_link_state
epf_controller_get_link_state(const struct epf_controller *controller);
/** @brief Whether the controller is started. */
bool epf_controller_is_started(const struct epf_controller *controller);
/**
 * @brief Driver of the hardware, as its directory in sysfs.
 * @return Name, or NULL where the kernel does not say.
 */
const char *epf_controller_get_driver(const struct epf_controller *controller);
/**
 * @brief Number of attributes: what the controller can do and how it is set up.
 *
 * Simulated controllers have them, in pci_epc_sim/NAME next to pci_ep; the
 * framework has none for others. Attributes of more than one line, which are
 * counters, are not among them. They are read when one is first asked for, not
 * with the topology; when the controller has gone, there are none. There are none
 * without memory either: epf_controller_read_attributes() tells that.
 */
size_t
epf_controller_get_num_attributes(const struct epf_controller *controller);
/**
 * @brief Name of an attribute: its file, or DIRECTORY/FILE.
 * @return Name; @p index must be in range.
 */
const char *
epf_controller_get_attribute_name(const struct epf_controller *controller,
				  size_t index);
/**
 * @brief Text of an attribute, as the kernel prints it, without the newline.
 * @return Text, or NULL where there is no such attribute or it cannot be read.
 */
const char *
epf_controller_get_attribute(const struct epf_controller *controller,
			     const char *name);
/**
 * @brief Read the attributes now, if they were not before, so that none lacks for
 * want of memory.
 * @return 0, or -ENOMEM.
 */
int epf_controller_read_attributes(const struct epf_controller *controller);
/** @brief Number of links to this controller. */
size_t epf_controller_get_num_links(const struct epf_controller *controller);
/**
 * @brief Link by index, in the order of function numbers.
 * @return Link; @p index must be in range.
 */
const struct epf_link *
epf_controller_get_link(const struct epf_controller *controller, size_t index);

/** @brief Number of functions. */
size_t epf_topology_get_num_functions(const struct epf_topology *topology);
/** @brief Function by index. @return Function; @p index must be in range. */
const struct epf_function *
epf_topology_get_function(const struct epf_topology *topology, size_t index);
/**
 * @brief Find a function.
 * @param topology Topology.
 * @param name NAME, or DRIVER/NAME where two drivers have a function NAME.
 * @param function Set to the function.
 * @return 0, -ESRCH, or -ENOTUNIQ.
 */
int epf_topology_find_function(const struct epf_topology *topology,
			       const char *name,
			       const struct epf_function **function);
/** @brief Name, as the directory under functions/DRIVER/. */
const char *epf_function_get_name(const struct epf_function *function);
/** @brief The function's driver. */
const struct epf_driver *
epf_function_get_driver(const struct epf_function *function);
/** @brief Number of links to controllers: 0, 1, or 2 for an NTB function. */
size_t epf_function_get_num_links(const struct epf_function *function);
/**
 * @brief Link by index, primary first.
 * @return Link; @p index must be in range.
 */
const struct epf_link *
epf_function_get_link(const struct epf_function *function, size_t index);
/** @brief Number of virtual functions of this physical function. */
size_t epf_function_get_num_vfs(const struct epf_function *function);
/**
 * @brief Virtual function by index, in the order of their numbers from 1.
 * @return Function; @p index must be in range.
 */
const struct epf_function *
epf_function_get_vf(const struct epf_function *function, size_t index);
/** @brief The physical function of a virtual one. @return Function, or NULL. */
const struct epf_function *
epf_function_get_pf(const struct epf_function *function);

/** @brief Number of attributes: the header's and the driver's own. */
size_t epf_function_get_num_attributes(const struct epf_function *function);
/**
 * @brief Name of an attribute.
 * @param function Function.
 * @param index Must be in range.
 * @return Name, as the file in the function's directory, or in the directory
 *         that its driver adds there.
 */
const char *epf_function_get_attribute_name(const struct epf_function *function,
					    size_t index);
/**
 * @brief Text of an attribute, as the kernel prints it, without the newline.
 * @param function Function.
 * @param name Attribute.
 * @return Text, or NULL where there is no such attribute or it cannot be read.
 */
const char *epf_function_get_attribute(const struct epf_function *function,
				       const char *name);
/**
 * @brief Number in an attribute.
 * @param function Function.
 * @param name Attribute.
 * @param value Set to the number.
 * @return 0, -ENOENT (no such attribute, or not readable), -EINVAL (not a
 *         number), -ERANGE.
 */
int epf_function_get_attribute_u64(const struct epf_function *function,
				   const char *name, uint64_t *value);

/** @brief The function of a link. */
const struct epf_function *epf_link_get_function(const struct epf_link *link);
/** @brief The controller of a link. */
const struct epf_controller *
epf_link_get_controller(const struct epf_link *link);
/** @brief The side of the function that the link is on. */
enum epf_interface epf_link_get_interface(const struct epf_link *link);
/**
 * @brief The function number on the controller, from 0, as the order of the
 *        links that are there tells it.
 *
 * The kernel gives the lowest free number and tells nobody. After a function
 * was unlinked that was not the last, which cannot be seen either, the number
 * may be another one: unlink all functions of the controller and link them in
 * order to be sure.
 */
unsigned int epf_link_get_number(const struct epf_link *link);
/** @brief Whether an attribute can be written. @return false for one that is
 *  not there, too. */
bool epf_function_is_writable(const struct epf_function *function,
			      const char *name);

/**
 * @}
 * @defgroup config Configuration
 * What the system should look like: the content of a binding file, see
 * epf-binding(5). Pure data: reading one touches no endpoint.
 * @{
 */

/**
 * @brief Read a binding file (YAML), or a devicetree blob, epf-devicetree(5):
 *        that is what a file is that begins like one, or is called *.dtb.
 * @param ctx Context; must outlive the configuration.
 * @param path File.
 * @param config Set to the configuration; free it with ::epf_config_free.
 * @return 0, -EILSEQ (not YAML, unknown key, wrong type, value out of range:
 *         the record has line and column, or FILE:NODE instead of the file),
 *         -EFBIG (more than 1 MiB), -ENOMEM,
 *         or -errno of reading the file.
 */
int epf_config_read(struct epf_ctx *ctx, const char *path,
		    struct epf_config **config);
/**
 * @brief The same from memory.
 * @param ctx Context; must outlive the configuration.
 * @param name What to call it in messages.
 * @param data Text; not kept.
 * @param size Its length in bytes.
 * @param config Set to the configuration; free it with ::epf_config_free.
 * @return As ::epf_config_read.
 */
int epf_config_parse(struct epf_ctx *ctx, const char *name, const char *data,
		     size_t size, struct epf_config **config);
/**
 * @brief A configuration as devicetree source, epf-devicetree(5).
 * @param config Configuration.
 * @param text Set to the text; free(3) it. dtc(1) makes a blob of it, which
 *             gives the same configuration.
 * @return 0, -EILSEQ (a name that has characters that devicetrees do not have;
 *         modules, patterns, times to wait), -ENOMEM.
 */
int epf_config_print_dts(const struct epf_config *config, char **text);
/**
 * @brief The configuration that makes the system as it is.
 * @param ctx Context; must outlive the configuration.
 * @param topology The system; not kept.
 * @param names Controllers (with all that is linked to them) and functions
 *              that it is to have, numbered from 0 without gaps.
 * @param num_names How many; 0: all that there is.
 * @param config Set to the configuration; free it with ::epf_config_free.
 * @return 0, -ESRCH, -ENOTUNIQ, -ENOENT (a function without a primary link: a
 *         configuration has no place for it), -EILSEQ, -ENOMEM.
 */
int epf_config_capture(struct epf_ctx *ctx, const struct epf_topology *topology,
		       const char *const *names, size_t num_names,
		       struct epf_config **config);
/**
 * @brief A configuration as text: a binding file (YAML).
 * @param config Configuration.
 * @param text Set to the text; free(3) it.
 * @return 0, -EILSEQ (a name that is not UTF-8), -ENOMEM.
 */
int epf_config_print(const struct epf_config *config, char **text);
/** @brief Free a configuration. @param config Configuration, or NULL. */
void epf_config_free(struct epf_config *config);

/** What the configuration does not name is a difference, too. */
#define EPF_DIFF_EXACT (1u << 0)

/**
 * @brief Compare a configuration with the system.
 * @param config Configuration; not kept.
 * @param topology The system; must outlive the comparison.
 * @param flags EPF_DIFF_* flags.
 * @param diff Set to the comparison; free it with ::epf_diff_free.
 * @return 0, -ESRCH or -ENOTUNIQ (a controller, with file, line and column in
 *         the record), -EINVAL (unknown flag), -ENOMEM.
 *
 * Without flags there is no difference exactly if ::epf_plan_configure has
 * nothing to do, with ::EPF_DIFF_EXACT if ::epf_plan_replace has not; modules
 * aside.
 */
int epf_diff_new(const struct epf_config *config,
		 const struct epf_topology *topology, unsigned int flags,
		 struct epf_diff **diff);
/** @brief Free a comparison. @param diff Comparison, or NULL. */
void epf_diff_free(struct epf_diff *diff);
/** @brief Number of differences. */
size_t epf_diff_get_num_differences(const struct epf_diff *diff);
/**
 * @brief Difference by index, owned by the comparison.
 * @return Difference; @p index must be in range.
 */
const struct epf_difference *
epf_diff_get_difference(const struct epf_diff *diff, size_t index);
/** @brief Path below pci_ep of what differs. @return String, never NULL. */
const char *
epf_difference_get_object(const struct epf_difference *difference);
/**
 * @brief What of it differs: an attribute; "place" or "secondary place", where
 *        it is linked.
 * @return String, or NULL: it is there, or is not, as a whole.
 */
const char *
epf_difference_get_property(const struct epf_difference *difference);
/** @brief What the system has. @return String, or NULL: nothing. */
const char *
epf_difference_get_current(const struct epf_difference *difference);
/** @brief What the configuration says. @return String, or NULL: nothing. */
const char *
epf_difference_get_wanted(const struct epf_difference *difference);
/** @brief Line in the file, from 1. @return Line, or 0: it says nothing. */
unsigned int
epf_difference_get_line(const struct epf_difference *difference);
/** @brief Column in that line, from 1. @return Column, or 0: likewise. */
unsigned int
epf_difference_get_column(const struct epf_difference *difference);

/** How bad a finding is. */
enum epf_severity {
	EPF_SEVERITY_NOTE = 1,    /**< good to know */
	EPF_SEVERITY_WARNING = 2, /**< it will be otherwise than it looks */
	EPF_SEVERITY_ERROR = 3,   /**< it will not work */
};

/**
 * @brief Look for what this kernel and these controllers cannot do of a
 *        configuration, or do otherwise than it looks.
 * @param config Configuration; not kept.
 * @param topology The system; not kept.
 * @param findings Set to what was found; free it with ::epf_findings_free.
 * @return 0, -ESRCH or -ENOTUNIQ (a controller), -ENOMEM.
 *
 * What a controller can do is known of simulated ones alone, and the attributes
 * of a driver while there is a function of it.
 */
int epf_findings_new(const struct epf_config *config,
		     const struct epf_topology *topology,
		     struct epf_findings **findings);
/** @brief Free findings. @param findings Findings, or NULL. */
void epf_findings_free(struct epf_findings *findings);
/** @brief Number of findings. */
size_t epf_findings_get_num(const struct epf_findings *findings);
/**
 * @brief Finding by index, in the order of the configuration.
 * @return Finding; @p index must be in range.
 */
const struct epf_finding *
epf_findings_get(const struct epf_findings *findings, size_t index);
/** @brief How bad it is. */
enum epf_severity epf_finding_get_severity(const struct epf_finding *finding);
/** @brief What was found, as a phrase. @return String, never NULL. */
const char *epf_finding_get_message(const struct epf_finding *finding);
/** @brief What to do about it. @return String or NULL. */
const char *epf_finding_get_hint(const struct epf_finding *finding);
/** @brief Line in the file, from 1. @return Line, or 0 for none. */
unsigned int epf_finding_get_line(const struct epf_finding *finding);
/** @brief Column in that line, from 1. @return Column, or 0 for none. */
unsigned int epf_finding_get_column(const struct epf_finding *finding);

/**
 * @}
 * @defgroup plan Plans
 * Every change is a plan: add what should happen, look at the steps if you
 * like, execute. Steps run in the order they were added. If one fails, those
 * before it are undone in reverse.
 * @{
 */

/** What one step does to the configfs tree. */
enum epf_operation {
	EPF_OPERATION_LOAD_MODULE = 1, /**< load the driver of a function */
	EPF_OPERATION_CREATE = 2,      /**< mkdir */
	EPF_OPERATION_DELETE = 3,      /**< rmdir */
	EPF_OPERATION_SET = 4,         /**< write an attribute */
	EPF_OPERATION_LINK = 5,        /**< symlink */
	EPF_OPERATION_UNLINK = 6,      /**< unlink */
	EPF_OPERATION_START = 7,       /**< write 1 to start */
	EPF_OPERATION_STOP = 8,        /**< write 0 to start */
};

/** How far a step has come. */
enum epf_step_state {
	EPF_STEP_PENDING = 1,  /**< not run */
	EPF_STEP_DONE = 2,     /**< run; its effect stands */
	EPF_STEP_FAILED = 3,   /**< refused; it had no effect */
	EPF_STEP_UNDONE = 4,   /**< run, and undone after a later step failed */
	EPF_STEP_STUCK = 5,    /**< run, and could not be undone */
};

/**
 * @brief Make an empty plan.
 * @param ctx Context; must outlive the plan.
 * @param plan Set to the plan; free it with ::epf_plan_free.
 * @return 0, or -ENOMEM.
 */
int epf_plan_new(struct epf_ctx *ctx, struct epf_plan **plan);
/** @brief Free a plan; what it did stands. @param plan Plan, or NULL. */
void epf_plan_free(struct epf_plan *plan);

/**
 * @brief Add: make a function.
 * @param plan Plan.
 * @param driver Driver, as under functions/. Its module is loaded first where
 *               the context has ::EPF_CTX_LOAD_MODULES.
 * @param name Name of the new function: any file name.
 * @return 0, -EINVAL (not a file name), -ENOMEM.
 */
int epf_plan_create(struct epf_plan *plan, const char *driver,
		    const char *name);
/**
 * @brief Add: load a module, if the context has ::EPF_CTX_LOAD_MODULES and it is
 *        not there yet.
 * @return 0, -EINVAL (not a name), -ENOMEM.
 */
int epf_plan_load(struct epf_plan *plan, const char *module);
/** @brief Add: delete a function, which must have no links when it runs.
 *  @return As ::epf_plan_create. */
int epf_plan_delete(struct epf_plan *plan, const char *driver,
		    const char *name);
/**
 * @brief Add: write an attribute.
 * @param plan Plan.
 * @param driver Driver of the function.
 * @param name Function.
 * @param attribute File in the function's directory, or in the directory that
 *                  its driver adds there.
 * @param value Text; for a field of the header a decimal, octal or 0x number.
 * @return 0, -EINVAL (not a number, or out of the range of a header field),
 *         -ENOMEM.
 *
 * A field of the header of a linked function is refused when it runs (-EBUSY):
 * the kernel would take the value, but not pass it on to the hardware.
 */
int epf_plan_set(struct epf_plan *plan, const char *driver, const char *name,
		 const char *attribute, const char *value);
/**
 * @brief Add: put an outbound window of a function aside, by name; its size is
 *        the attribute outbound/windows/WINDOW/size.
 * @return 0, -EINVAL, -ENOMEM. When it runs -EOPNOTSUPP for a function whose
 *         driver does not stand on epf-core, -EEXIST.
 */
int epf_plan_add_window(struct epf_plan *plan, const char *driver,
			const char *name, const char *window);
/** @brief Add: give such a window back. @return As ::epf_plan_add_window;
 *  -ENOENT when it runs. */
int epf_plan_remove_window(struct epf_plan *plan, const char *driver,
			   const char *name, const char *window);
/**
 * @brief Add: link a function to a controller.
 * @param plan Plan.
 * @param driver Driver of the function.
 * @param name Function.
 * @param controller Controller.
 * @param interface Side of the function.
 * @return 0, -EINVAL, -ENOMEM.
 *
 * Function numbers are given in the order of linking. Link before you start: a
 * link to a started controller cannot be undone.
 */
int epf_plan_link(struct epf_plan *plan, const char *driver, const char *name,
		  const char *controller, enum epf_interface interface);
/**
 * @brief Add: take such a link away, whatever made it. The controller must be
 *        stopped when it runs (-EBUSY): the kernel goes wrong otherwise.
 * @return As ::epf_plan_link.
 *
 * Unlink several functions in the reverse order of their numbers: if the plan
 * fails, they are then linked again in the right one.
 */
int epf_plan_unlink(struct epf_plan *plan, const char *driver, const char *name,
		    const char *controller, enum epf_interface interface);
/**
 * @brief Add: make one function a virtual function of another.
 * @param plan Plan.
 * @param pf_driver Driver of the physical function.
 * @param pf Physical function; must not be linked to a controller yet.
 * @param vf_driver Driver of the virtual function.
 * @param vf Virtual function. Numbered from 1 in the order of adding.
 * @return 0, -EINVAL, -ENOMEM.
 */
int epf_plan_add_vf(struct epf_plan *plan, const char *pf_driver,
		    const char *pf, const char *vf_driver, const char *vf);
/**
 * @brief Add: undo an ::epf_plan_add_vf. The physical function must not be
 *        linked when it runs (-EBUSY).
 * @return As ::epf_plan_add_vf.
 *
 * The kernel forgets the number, but not that the function was a virtual one:
 * it must be deleted and made anew to be linked to a controller.
 */
int epf_plan_remove_vf(struct epf_plan *plan, const char *pf_driver,
		       const char *pf, const char *vf_driver, const char *vf);
/** @brief Add: start a controller. @return 0, -EINVAL, -ENOMEM. */
int epf_plan_start(struct epf_plan *plan, const char *controller);
/** @brief Add: stop a controller. @return 0, -EINVAL, -ENOMEM. */
int epf_plan_stop(struct epf_plan *plan, const char *controller);
/**
 * @brief Add all that makes the system look like a configuration.
 * @param plan Plan.
 * @param config Configuration; not kept.
 * @param topology The system as it is; not kept.
 * @return 0, -ESRCH (a controller that is not there), -EBUSY (what differs can
 *         only be changed after an unlink), -ENOMEM; the record has file, line
 *         and column. Nothing was added on failure. No step is added for what
 *         is as it should be.
 */
int epf_plan_configure(struct epf_plan *plan, const struct epf_config *config,
		       const struct epf_topology *topology);

/**
 * @brief Add all that makes the system look like a configuration, and like
 *        nothing else.
 * @param plan Plan.
 * @param config Configuration; not kept.
 * @param topology The system as it is; not kept.
 * @return 0, -ESRCH, -ENOTUNIQ, -ENOMEM, as ::epf_plan_configure.
 *
 * Functions that the configuration does not name are taken down. So are those
 * that cannot become what it says while they are linked, with those of later
 * numbers, to be made anew: what it does not say of them is as their driver has
 * it. Controllers that it does not name are stopped.
 */
int epf_plan_replace(struct epf_plan *plan, const struct epf_config *config,
		     const struct epf_topology *topology);

/** @brief Number of steps. */
size_t epf_plan_get_num_steps(const struct epf_plan *plan);
/**
 * @brief Step by index, owned by the plan.
 * @return Step; @p index must be in range.
 */
const struct epf_step *epf_plan_get_step(const struct epf_plan *plan,
					 size_t index);
/** @brief What the step does. */
enum epf_operation epf_step_get_operation(const struct epf_step *step);
/** @brief The operation in a word: "create", "set", "link". */
const char *epf_step_get_operation_name(const struct epf_step *step);
/** @brief Path below pci_ep, or the module's name. Where the driver's own
 *  attributes are, and which link there is to take away, is known once the step
 *  has run. */
const char *epf_step_get_path(const struct epf_step *step);
/** @brief Text written, or target of the link. @return String or NULL. */
const char *epf_step_get_value(const struct epf_step *step);
/** @brief How far the step has come. */
enum epf_step_state epf_step_get_state(const struct epf_step *step);

/**
 * @brief Run a plan, once.
 * @param plan Plan.
 * @return 0 when every step is done; else -errno of the step that failed, with
 *         the record, after the steps before it were undone. A step that could
 *         not be undone is ::EPF_STEP_STUCK (::epf_plan_is_incomplete).
 *         -EINVAL for a plan that ran before.
 *
 * Undoing a deletion makes the function anew and writes its attributes again.
 * A module that was loaded stays loaded.
 */
int epf_plan_execute(struct epf_plan *plan);
/** @brief Whether a failed plan left something behind: a step is stuck. */
bool epf_plan_is_incomplete(const struct epf_plan *plan);

/**
 * @brief Wait for the link of a controller to come up.
 * @param ctx Context.
 * @param controller Its name.
 * @param timeout_ms How long, in milliseconds.
 * @return 0, -ETIMEDOUT, -ESRCH, -EOPNOTSUPP (its driver does not tell), -ENOMEM.
 */
int epf_ctx_wait_link(struct epf_ctx *ctx, const char *controller,
		      unsigned int timeout_ms);
/**
 * @brief The same for the controllers that a configuration starts, one after
 *        another.
 * @param config Configuration, which was applied.
 * @param timeout_ms How long for each; 0: as long as the configuration says.
 * @return As ::epf_ctx_wait_link.
 */
int epf_config_wait_link(const struct epf_config *config,
			 unsigned int timeout_ms);

/**
 * @}
 * @defgroup monitor Monitor
 * What changes, as it changes.
 * @{
 */

/** What has happened. */
enum epf_event_type {
	EPF_EVENT_CONTROLLER_ADDED = 1,
	EPF_EVENT_CONTROLLER_REMOVED = 2,
	EPF_EVENT_CONTROLLER_STARTED = 3,
	EPF_EVENT_CONTROLLER_STOPPED = 4,
	EPF_EVENT_LINK_UP = 5,
	EPF_EVENT_LINK_DOWN = 6,
	EPF_EVENT_FUNCTION_ADDED = 7,
	EPF_EVENT_FUNCTION_REMOVED = 8,
	EPF_EVENT_FUNCTION_LINKED = 9,
	EPF_EVENT_FUNCTION_UNLINKED = 10,
};

/**
 * @brief Watch the system from now on.
 * @param ctx Context; must outlive the monitor.
 * @param monitor Set to the monitor; free it with ::epf_monitor_free.
 * @return 0, or -errno of reading the tree, or of a file descriptor.
 *
 * The kernel tells of controllers and functions that come and go (uevents), of
 * all else nothing: the monitor looks ten times a second, and what comes and goes
 * in between is not seen.
 */
int epf_monitor_new(struct epf_ctx *ctx, struct epf_monitor **monitor);
/** @brief Free a monitor. @param monitor Monitor, or NULL. */
void epf_monitor_free(struct epf_monitor *monitor);
/** @brief A file descriptor, the monitor's own, that is readable when it is time
 *  to call ::epf_monitor_read until that has nothing more. */
int epf_monitor_get_fd(const struct epf_monitor *monitor);
/**
 * @brief The next event.
 * @param monitor Monitor.
 * @param event Set to the event, the monitor's own, valid until the next call.
 * @return 0, -EAGAIN (nothing more for now), or -errno of reading the tree.
 */
int epf_monitor_read(struct epf_monitor *monitor,
		     const struct epf_event **event);
/** @brief What has happened. */
enum epf_event_type epf_event_get_type(const struct epf_event *event);
/** @brief The type in words: "link-up", "function-added". */
const char *epf_event_get_type_name(const struct epf_event *event);
/** @brief The controller, or DRIVER/NAME of the function. */
const char *epf_event_get_object(const struct epf_event *event);
/** @brief What the function was linked to: a controller, or DRIVER/NAME of a
 *  physical function. @return Name, or NULL for any other event. */
const char *epf_event_get_peer(const struct epf_event *event);

/** @} */

#ifdef __cplusplus
}
#endif

#endif /* EPF_H */
